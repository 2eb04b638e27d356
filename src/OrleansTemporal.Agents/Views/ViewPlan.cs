using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>What a view agent is to keep.</summary>
/// <param name="Namespace">Of which namespace.</param>
/// <param name="Signature">Differs whenever what is to be kept does.</param>
/// <param name="Refresh">When.</param>
/// <param name="Chain">Null for indexes.</param>
/// <param name="Fields">The fields of the indexes, in the order of what is kept; empty for a view.</param>
internal sealed record ViewPlan(string Namespace, string Signature, ViewRefresh Refresh, ViewChain? Chain, ImmutableArray<string> Fields)
{
    public static ViewPlan Of(ViewChain chain) => new(chain.Namespace, chain.Signature, chain.Definitions[^1].Refresh, chain, []);

    public static ViewPlan OfIndexes(string ns, ImmutableArray<string> fields) =>
        new(ns, string.Join('\n', fields), ViewRefresh.Incremental, null, fields);

    /// <summary>Compiles it.</summary>
    /// <exception cref="Errors.TemporalException">Invalid or TooLarge, with the field.</exception>
    public ViewPipeline[] Compile() => Chain is { } chain
        ? [new ViewPipeline(chain.Definitions)]
        : [.. Fields.Select(field => new ViewPipeline([new ViewDefinition { Source = $"kv/{Namespace}", Sort = [new SortField(field, false)] }]))];
}
