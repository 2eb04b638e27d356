using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <summary>Routes of namespaces, read once from the catalog and kept until it changes.</summary>
internal sealed class KvRoutes(IAgentDirectory directory, WorkspaceService workspaces)
{
    private readonly ConcurrentDictionary<(string Workspace, string Namespace), KvRoute> routes = new();
    private readonly KvMover mover = new(directory);

    /// <summary>The route, or null when the namespace was never written to.</summary>
    public ValueTask<KvRoute?> FindAsync(string workspace, string ns, CancellationToken cancellationToken) =>
        TryFind(workspace, ns, out var route) ? new(route) : LoadAsync(workspace, ns, create: false, cancellationToken);

    /// <summary>The route; defines the namespace in the catalog, durably, when it is new.</summary>
    public ValueTask<KvRoute> GetOrCreateAsync(string workspace, string ns, CancellationToken cancellationToken) =>
        TryFind(workspace, ns, out var route) ? new(route) : CreateAsync(workspace, ns, cancellationToken);

    /// <summary>Forgets what was read of a namespace, or of a whole workspace when <paramref name="ns"/> is null.</summary>
    public void Forget(string workspace, string? ns)
    {
        foreach (var key in routes.Keys)
        {
            if (key.Workspace == workspace && (ns is null || key.Namespace == ns))
            {
                routes.TryRemove(key, out _);
            }
        }
    }

    /// <summary>The route as the catalog has it now; null when the namespace was never written to.</summary>
    public async ValueTask<KvRoute?> RefreshAsync(string workspace, string ns, CancellationToken cancellationToken)
    {
        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Kv, ns, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return TryFind(workspace, ns, out var route) && route.Settings.CatalogSequence == entry?.Sequence
            ? route
            : await LoadAsync(workspace, ns, create: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets a route that an agent has refused; one that was read meanwhile stays.</summary>
    public void Forget(string workspace, string ns, KvRoute route) =>
        routes.TryRemove(new KeyValuePair<(string, string), KvRoute>((workspace, ns), route));

    private bool TryFind(string workspace, string ns, [NotNullWhen(true)] out KvRoute? route) =>
        routes.TryGetValue((workspace, ns), out route) && workspaces.IsFresh(route.ReadAt);

    private async ValueTask<KvRoute> CreateAsync(string workspace, string ns, CancellationToken cancellationToken) =>
        (await LoadAsync(workspace, ns, create: true, cancellationToken).ConfigureAwait(false))!;

    private async ValueTask<KvRoute?> LoadAsync(string workspace, string ns, bool create, CancellationToken cancellationToken)
    {
        while (true)
        {
            var info = await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);

            // The route is good as long as the workspace is: who removes that waits until nobody goes on either.
            var readAt = workspaces.ReadAt(workspace);
            if (await FindEntryAsync(info, ns, create, cancellationToken).ConfigureAwait(false) is not { } entry)
            {
                routes.TryRemove((workspace, ns), out _);
                return null;
            }

            // Who was slow must not put back what a change of settings has outdated: values would go on being stored as they are.
            var made = new KvRoute(directory, info, entry) { ReadAt = readAt };
            var route = routes.AddOrUpdate((workspace, ns), made, (_, present) => workspaces.IsFresh(present.ReadAt) && IsNewer(present, made) ? present : made);
            if ((await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Sequence <= route.WorkspaceSequence)
            {
                return route;
            }
        }
    }

    private async ValueTask<CatalogEntry?> FindEntryAsync(WorkspaceInfo workspace, string ns, bool create, CancellationToken cancellationToken)
    {
        Names.Validate(ns, "namespace");
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace.Name));
        var entry = await catalog.FindAsync(AgentKind.Kv, ns, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is null && create)
        {
            var change = new CatalogChange
            {
                Kind = AgentKind.Kv,
                Name = ns,
                Settings = KvSettingsCodec.Encode(new KvSettings { Durability = workspace.Durability }),
                OnlyIfAbsent = true,
            };
            entry = (await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Entry;
        }

        return entry is null ? null : await mover.FinishAsync(workspace.Name, entry, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsNewer(KvRoute left, KvRoute right) =>
        left.Settings.CatalogSequence > right.Settings.CatalogSequence
        || (left.Settings.CatalogSequence == right.Settings.CatalogSequence && left.WorkspaceSequence > right.WorkspaceSequence);
}
