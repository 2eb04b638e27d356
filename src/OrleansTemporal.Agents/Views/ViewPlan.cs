using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>What a view agent is to keep.</summary>
/// <param name="Kind">Of what kind of source: documents or points.</param>
/// <param name="Source">Of which namespace or stream.</param>
/// <param name="Signature">Differs whenever what is to be kept does.</param>
/// <param name="Refresh">When.</param>
/// <param name="Chain">Null for indexes.</param>
/// <param name="Fields">The fields of the indexes, in the order of what is kept; empty for a view.</param>
internal sealed record ViewPlan(AgentKind Kind, string Source, string Signature, ViewRefresh Refresh, ViewChain? Chain, ImmutableArray<string> Fields)
{
    public static ViewPlan Of(ViewChain chain) => new(chain.Kind, chain.Source, chain.Signature, chain.Definitions[^1].Refresh, chain, []);

    public static ViewPlan OfIndexes(string ns, ImmutableArray<string> fields) =>
        new(AgentKind.Kv, ns, string.Join('\n', fields), ViewRefresh.Incremental, null, fields);

    /// <summary>The way to what it is of.</summary>
    public IViewSource OpenSource(IAgentDirectory directory, string workspace) =>
        Kind == AgentKind.Series ? new ViewPoints(directory, workspace, Source) : new ViewSource(directory, workspace, Source);

    /// <summary>Compiles it.</summary>
    /// <exception cref="Errors.TemporalException">Invalid or TooLarge, with the field.</exception>
    public ViewPipeline[] Compile() => Chain is { } chain
        ? [new ViewPipeline(chain.Definitions)]
        : [.. Fields.Select(field => new ViewPipeline([new ViewDefinition { Source = $"kv/{Source}", Sort = [new SortField(field, false)] }]))];
}
