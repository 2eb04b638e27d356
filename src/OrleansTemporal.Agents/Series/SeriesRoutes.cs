using System.Collections.Concurrent;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

/// <summary>Routes of streams, read once from the catalog and kept as long as that is fresh.</summary>
internal sealed class SeriesRoutes(IAgentDirectory directory, WorkspaceService workspaces)
{
    private readonly ConcurrentDictionary<(string Workspace, string Stream), SeriesRoute> routes = new();

    /// <summary>The route, or null when nothing was ever written to the stream.</summary>
    public async ValueTask<SeriesRoute?> FindAsync(string workspace, string stream, CancellationToken cancellationToken) =>
        Known(workspace, stream) ?? await LoadAsync(workspace, stream, null, cancellationToken).ConfigureAwait(false);

    /// <summary>The route; defines the stream in the catalog, durably, when it is new.</summary>
    public ValueTask<SeriesRoute> GetOrCreateAsync(string workspace, string stream, SeriesSettings? settings, CancellationToken cancellationToken) =>
        Known(workspace, stream) is { } route ? new(route) : CreateAsync(workspace, stream, settings, cancellationToken);

    /// <summary>Whether there was a stream as of an instant; that moment is closed then.</summary>
    public async ValueTask<bool> ExistsAsync(string workspace, string stream, AsOf asOf, CancellationToken cancellationToken) =>
        await CatalogOf(workspace).FindAsync(AgentKind.Series, stream, asOf, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Forgets what was read of a workspace.</summary>
    public void Forget(string workspace)
    {
        foreach (var key in routes.Keys)
        {
            if (key.Workspace == workspace)
            {
                routes.TryRemove(key, out _);
            }
        }
    }

    private SeriesRoute? Known(string workspace, string stream) =>
        routes.TryGetValue((workspace, stream), out var route) && workspaces.IsFresh(route.ReadAt) ? route : null;

    private async ValueTask<SeriesRoute> CreateAsync(string workspace, string stream, SeriesSettings? settings, CancellationToken cancellationToken) =>
        (await LoadAsync(workspace, stream, settings ?? new SeriesSettings(), cancellationToken).ConfigureAwait(false))!;

    private async ValueTask<SeriesRoute?> LoadAsync(string workspace, string stream, SeriesSettings? created, CancellationToken cancellationToken)
    {
        Names.Validate(stream, "stream");
        var info = await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var readAt = workspaces.ReadAt(workspace);
        var entry = await CatalogOf(workspace).FindAsync(AgentKind.Series, stream, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is null && created is not null)
        {
            var change = new CatalogChange
            {
                Kind = AgentKind.Series,
                Name = stream,
                Settings = SeriesSettingsCodec.Encode(created with { Durability = info.Durability }),
                SlotMap = SlotMap.Even(created.Partitions).ToBytes(),
                OnlyIfAbsent = true,
            };
            entry = (await CatalogOf(workspace).ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Entry;
        }

        if (entry is null)
        {
            return null;
        }

        return routes[(workspace, stream)] = new SeriesRoute(directory, workspace, entry) { ReadAt = readAt };
    }

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
