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
        while (true)
        {
            var info = await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);

            // The route is good as long as the workspace is: who removes that waits until nobody goes on either.
            var readAt = workspaces.ReadAt(workspace);
            if (await FindEntryAsync(info, stream, created, cancellationToken).ConfigureAwait(false) is not { } entry)
            {
                routes.TryRemove((workspace, stream), out _);
                return null;
            }

            var route = routes[(workspace, stream)] = new SeriesRoute(directory, workspace, entry) { ReadAt = readAt };
            if ((await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Sequence <= info.Sequence)
            {
                return route;
            }

            // Removed and made again meanwhile: what was read is of the one before.
            routes.TryRemove(new KeyValuePair<(string, string), SeriesRoute>((workspace, stream), route));
        }
    }

    private async ValueTask<CatalogEntry?> FindEntryAsync(WorkspaceInfo workspace, string stream, SeriesSettings? created, CancellationToken cancellationToken)
    {
        var catalog = CatalogOf(workspace.Name);
        var entry = await catalog.FindAsync(AgentKind.Series, stream, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is not null || created is null)
        {
            return entry;
        }

        var change = new CatalogChange
        {
            Kind = AgentKind.Series,
            Name = stream,
            Settings = SeriesSettingsCodec.Encode(created with { Durability = workspace.Durability }),
            SlotMap = SlotMap.Even(created.Partitions).ToBytes(),
            OnlyIfAbsent = true,
        };
        return (await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Entry;
    }

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
