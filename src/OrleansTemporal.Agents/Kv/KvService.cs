using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <summary>
/// Documents by namespace and key: routes to partitions, gathers from them, pages. Written once against
/// <see cref="IAgentDirectory"/>, so it serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class KvService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly HybridClock clock;
    private readonly KvRoutes routes;
    private readonly IDataKeys? keys;

    /// <summary>Makes the facade over a directory.</summary>
    public KvService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, HybridClock clock, IDataKeys? keys)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.clock = clock;
        this.keys = keys;
        routes = new KvRoutes(directory, workspaces);
        LineageAgents = new LineageAgents(directory);
    }

    /// <summary>Reads one key. A namespace that was never written to has no versions.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<KvReadResult> GetAsync(
        CallContext call, string workspace, string ns, string key, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        for (var attempts = 0; ;)
        {
            var route = await FindRouteAsync(workspace, ns, asOf, cancellationToken).ConfigureAwait(false);
            try
            {
                return route is null
                    ? new KvReadResult(null, false, asOf.SystemTime ?? clock.Last)
                    : await route.AgentOf(key).GetAsync(key, asOf, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    /// <summary>Reads several keys as of one moment; one result per key, in order.</summary>
    public async ValueTask<ImmutableArray<KvReadResult>> GetManyAsync(
        CallContext call, string workspace, string ns, ImmutableArray<string> keys, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        RequireCount(keys.Length, "keys");
        for (var attempts = 0; ;)
        {
            var route = await FindRouteAsync(workspace, ns, asOf, cancellationToken).ConfigureAwait(false);
            try
            {
                return route is null
                    ? [.. keys.Select(_ => new KvReadResult(null, false, asOf.SystemTime ?? clock.Last))]
                    : await GetManyAsync(route, keys, asOf, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    /// <summary>Reads versions of one key.</summary>
    public async ValueTask<KvHistoryPage> GetHistoryAsync(
        CallContext call, string workspace, string ns, KvHistoryQuery query, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        for (var attempts = 0; ;)
        {
            var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
            try
            {
                if (route is null)
                {
                    return new KvHistoryPage { Versions = [], Next = WriteId.None, KeyExists = false, SystemTime = clock.Last };
                }

                var page = await route.AgentOf(query.Key).GetHistoryAsync(query, cancellationToken).ConfigureAwait(false);

                // Before its end the key may have been where nobody has written it yet.
                return page.KeyExists || query.To.Value == 0 || !route.HasMoved
                    ? page
                    : page with { KeyExists = (await route.AgentOf(query.Key).GetHistoryAsync(new KvHistoryQuery { Key = query.Key, Limit = 1 }, cancellationToken).ConfigureAwait(false)).KeyExists };
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    /// <summary>Lists live keys over all partitions, in key order, all as of one moment.</summary>
    public async ValueTask<KvPage> ListAsync(
        CallContext call, string workspace, string ns, KvListQuery query, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        var pinned = query with { AsOf = Pin(query.AsOf) };
        for (var attempts = 0; ;)
        {
            var route = await FindRouteAsync(workspace, ns, pinned.AsOf, cancellationToken).ConfigureAwait(false);
            if (route is null)
            {
                return new KvPage([], null, pinned.AsOf.SystemTime ?? clock.Last);
            }

            route.RequireOneAgentFor(query.AsOf);
            try
            {
                var part = pinned with { MapVersion = route.MapVersion, AgentCount = route.Placement.AgentCount };
                var pages = await Task.WhenAll(route.Agents.Select(agent => agent.ListAsync(part, cancellationToken).AsTask())).ConfigureAwait(false);
                return pages.Length == 1 ? new KvPage(pages[0].Entries, pages[0].Next, pages[0].SystemTime) : Merge(pages, query.Limit);
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    /// <summary>Lists live values that end within a time, over all partitions, the first to end first, all as of one moment.</summary>
    public async ValueTask<KvExpiringPage> ListExpiringAsync(
        CallContext call, string workspace, string ns, KvExpiringQuery query, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        var pinned = query with { AsOf = Pin(query.AsOf) };
        var route = await FindRouteAsync(workspace, ns, pinned.AsOf, cancellationToken).ConfigureAwait(false) is null
            ? null
            : await routes.RefreshAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        if (route is null)
        {
            return new KvExpiringPage { Entries = [], Next = null, SystemTime = pinned.AsOf.SystemTime ?? clock.Last };
        }

        route.RequireOneAgentFor(query.AsOf);
        return await ListExpiringAsync(route, workspace, ns, pinned, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Namespaces of a workspace in name order, behind <paramref name="after"/>, with their counts.</summary>
    public async ValueTask<ImmutableArray<KvNamespaceInfo>> ListNamespacesAsync(
        CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await directory.Get<Catalog.ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .ListAsync(AgentKind.Kv, after, limit, cancellationToken).ConfigureAwait(false);
        var infos = ImmutableArray.CreateBuilder<KvNamespaceInfo>(entries.Length);
        foreach (var entry in entries)
        {
            var route = await routes.GetOrCreateAsync(workspace, entry.Name, cancellationToken).ConfigureAwait(false);
            var (keys, versions, bytes) = (0L, 0L, 0L);
            foreach (var agent in route.AllAgents)
            {
                var stats = await agent.GetStatsAsync(cancellationToken).ConfigureAwait(false);
                (keys, versions, bytes) = (keys + stats.LiveKeyCount, versions + stats.VersionCount, bytes + stats.ValueBytes);
            }

            infos.Add(new KvNamespaceInfo(entry.Name, keys, versions, bytes));
        }

        return infos.DrainToImmutable();
    }

    /// <summary>Lets go of what is remembered of a removed workspace.</summary>
    public void Forget(string workspace)
    {
        routes.Forget(workspace, null);
        LineageAgents.Forget(workspace);
    }

    // A namespace that is not there yet has no versions as of an instant, and must not get any later: the catalog closes
    // the instant. What was made meanwhile is found by looking again.
    private async ValueTask<KvRoute?> FindRouteAsync(string workspace, string ns, AsOf asOf, CancellationToken cancellationToken)
    {
        var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        if (route is not null || asOf.SystemTime is null)
        {
            return route;
        }

        await directory.Get<Catalog.ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .FindAsync(AgentKind.Kv, ns, asOf, cancellationToken).ConfigureAwait(false);
        return await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ImmutableArray<KvReadResult>> GetManyAsync(KvRoute route, ImmutableArray<string> keys, AsOf asOf, CancellationToken cancellationToken)
    {
        route.RequireOneAgentFor(asOf);
        if (route.Agents.Length == 1)
        {
            return await route.Agents[0].GetManyAsync(keys, asOf, cancellationToken).ConfigureAwait(false);
        }

        var moment = Pin(asOf);
        var results = new KvReadResult[keys.Length];
        foreach (var part in Enumerable.Range(0, keys.Length).GroupBy(index => route.PartitionOf(keys[index])))
        {
            var indices = part.ToArray();
            var answers = await route.Agents[part.Key]
                .GetManyAsync([.. indices.Select(index => keys[index])], moment, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < indices.Length; i++)
            {
                results[indices[i]] = answers[i];
            }
        }

        return ImmutableArray.Create(results);
    }

    // Several agents answer as of one instant, so that no page mixes moments. The clock is raised past it by each agent.
    private AsOf Pin(AsOf asOf) => asOf.IsLatest ? AsOf.At(clock.Next()) : asOf;

    private static KvPage Merge(KvListPage[] pages, int limit)
    {
        // A partition that has more to give hides every key behind its last one.
        string? horizon = null;
        foreach (var page in pages)
        {
            if (page.Next is { } next && (horizon is null || Utf8Order.Compare(next, horizon) < 0))
            {
                horizon = next;
            }
        }

        var entries = pages.SelectMany(static page => page.Entries)
            .Where(entry => horizon is null || Utf8Order.Compare(entry.Key, horizon) <= 0)
            .Order(Comparer<KvListEntry>.Create(static (left, right) => Utf8Order.Compare(left.Key, right.Key)))
            .ToList();
        var more = horizon is not null || entries.Count > limit;
        var shown = entries.Take(limit).ToImmutableArray();
        return new KvPage(shown, more ? (shown.IsEmpty ? horizon : shown[^1].Key) : null, pages[0].SystemTime);
    }

    private static void RequireCount(int count, string field)
    {
        if (count is < 1 or > Limits.BatchCountMax)
        {
            throw new TemporalException(
                count < 1 ? ErrorKind.Invalid : ErrorKind.TooLarge,
                count < 1 ? ErrorCodes.InvalidField : ErrorCodes.BatchTooLarge,
                $"Between 1 and {Limits.BatchCountMax} are accepted, not {count}.")
            {
                Field = field,
                Limit = Limits.BatchCountMax,
            };
        }
    }
}
