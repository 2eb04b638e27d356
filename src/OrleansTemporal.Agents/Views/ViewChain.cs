using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What a view is over, down to a namespace or a stream.</summary>
/// <param name="Kind">The kind of what is at the bottom.</param>
/// <param name="Source">The namespace or stream at the bottom.</param>
/// <param name="Definitions">From the view over that to the one that was asked for.</param>
/// <param name="Signature">Differs whenever one of the definitions does.</param>
/// <param name="Entry">The entry of the view that was asked for.</param>
internal sealed record ViewChain(AgentKind Kind, string Source, ImmutableArray<ViewDefinition> Definitions, string Signature, CatalogEntry Entry)
{
    /// <summary>Reads a chain from the catalog; null when there is no such view.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>view_not_found</c>, for one that it is over; Invalid, <c>view_cycle</c>.</exception>
    public static async ValueTask<ViewChain?> FindAsync(IAgentDirectory directory, string workspace, string view, CancellationToken cancellationToken) =>
        await CatalogOf(directory, workspace).FindAsync(AgentKind.Views, view, AsOf.Latest, cancellationToken).ConfigureAwait(false) is { } entry
            ? await FollowAsync(directory, workspace, view, entry, ViewDefinitionJson.Parse(entry.Settings.Span), cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Follows a definition, whether it is in the catalog already or not, down to what it is over in the end.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>view_not_found</c>; Invalid, <c>view_cycle</c>.</exception>
    public static async ValueTask<ViewChain> FollowAsync(
        IAgentDirectory directory, string workspace, string view, CatalogEntry? entry, ViewDefinition definition, CancellationToken cancellationToken)
    {
        var definitions = new List<ViewDefinition> { definition };
        var signature = new List<string> { Sign(view, entry) };
        for (var (kind, name) = ViewRules.SourceOf(definition); kind == AgentKind.Views; (kind, name) = ViewRules.SourceOf(definitions[0]))
        {
            if (name == view || definitions.Count == Limits.ViewDepthMax)
            {
                throw ViewRules.Cycle(view);
            }

            var below = await CatalogOf(directory, workspace).FindAsync(AgentKind.Views, name, AsOf.Latest, cancellationToken).ConfigureAwait(false)
                ?? throw ViewRules.NotFound(name, "source");
            definitions.Insert(0, ViewDefinitionJson.Parse(below.Settings.Span));
            signature.Add(Sign(name, below));
        }

        var bottom = ViewRules.SourceOf(definitions[0]);
        return new ViewChain(bottom.Kind, bottom.Name, [.. definitions], string.Join('/', signature), entry!);
    }

    private static string Sign(string view, CatalogEntry? entry) => string.Create(CultureInfo.InvariantCulture, $"{view}:{entry?.Sequence ?? 0}");

    private static ICatalogAgent CatalogOf(IAgentDirectory directory, string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
