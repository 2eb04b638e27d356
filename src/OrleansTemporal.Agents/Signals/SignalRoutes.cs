using System.Collections.Concurrent;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Signals;

/// <summary>Routes of ledgers, read once from the catalog and kept until it changes.</summary>
internal sealed class SignalRoutes(IAgentDirectory directory, WorkspaceService workspaces)
{
    private readonly ConcurrentDictionary<(string Workspace, string Ledger), SignalRoute> routes = new();

    /// <summary>The route.</summary>
    /// <exception cref="TemporalException">NotFound: <c>workspace_not_found</c>, <c>ledger_not_found</c>.</exception>
    public ValueTask<SignalRoute> GetAsync(string workspace, string ledger, CancellationToken cancellationToken) =>
        routes.TryGetValue((workspace, ledger), out var route) && workspaces.IsFresh(route.ReadAt) ? new(route) : ReloadAsync(workspace, ledger, cancellationToken);

    /// <summary>The route as the catalog has it now.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async ValueTask<SignalRoute> ReloadAsync(string workspace, string ledger, CancellationToken cancellationToken)
    {
        var info = await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var readAt = workspaces.ReadAt(workspace);
        if (await FindEntryAsync(workspace, ledger, AsOf.Latest, cancellationToken).ConfigureAwait(false) is not { } entry)
        {
            routes.TryRemove((workspace, ledger), out _);
            throw new TemporalException(ErrorKind.NotFound, ErrorCodes.LedgerNotFound, $"There is no ledger '{ledger}' in '{workspace}'.") { Field = "ledger" };
        }

        // Who was slow must not put back an older schema.
        var made = new SignalRoute(directory, info, entry) { ReadAt = readAt };
        return routes.AddOrUpdate(
            (workspace, ledger), made, (_, present) => workspaces.IsFresh(present.ReadAt) && present.Schema.Version > made.Schema.Version ? present : made);
    }

    /// <summary>What the catalog says of a ledger; null when there is none.</summary>
    public ValueTask<CatalogEntry?> FindEntryAsync(string workspace, string ledger, AsOf asOf, CancellationToken cancellationToken) =>
        directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Signals, Names.Validate(ledger, "ledger"), asOf, cancellationToken);

    /// <summary>Forgets what was read of a ledger, or of a whole workspace when <paramref name="ledger"/> is null.</summary>
    public void Forget(string workspace, string? ledger)
    {
        foreach (var key in routes.Keys)
        {
            if (key.Workspace == workspace && (ledger is null || key.Ledger == ledger))
            {
                routes.TryRemove(key, out _);
            }
        }
    }
}
