using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    // Each time the slot map is read again, and a move that is under way is finished; more than a few in a row can not be.
    private const int RouteAttemptsMax = 16;

    /// <summary>References from documents of one agent, without those whose version another agent has outdated since.</summary>
    internal async ValueTask<LineageReferencePage> GetReferencesAsync(AgentId agent, LineageReferenceQuery query, CancellationToken cancellationToken)
    {
        var page = await LineageAgents.Get(agent).GetReferencesAsync(query, cancellationToken).ConfigureAwait(false);
        if (page.References.IsEmpty || await routes.RefreshAsync(agent.Workspace, agent.Name, cancellationToken).ConfigureAwait(false) is not { HasMoved: true })
        {
            return page;
        }

        var live = ImmutableArray.CreateBuilder<LineageReference>(page.References.Length);
        foreach (var reference in page.References)
        {
            if (await IsLiveAsync(agent.Workspace, agent.Name, reference.Key, reference.WriteId, query.AsOf, cancellationToken).ConfigureAwait(false))
            {
                live.Add(reference);
            }
        }

        return page with { References = live.DrainToImmutable() };
    }

    // Agents know when their own versions end; whether they are outdated elsewhere by then, whoever has the key says.
    private async ValueTask<KvExpiringPage> ListExpiringAsync(
        KvRoute route, string workspace, string ns, KvExpiringQuery query, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(route.AllAgents.Select(agent => agent.ListExpiringAsync(query, cancellationToken).AsTask())).ConfigureAwait(false);
        for (var i = 0; route.HasMoved && i < pages.Length; i++)
        {
            var live = ImmutableArray.CreateBuilder<KvExpiringEntry>(pages[i].Entries.Length);
            foreach (var entry in pages[i].Entries)
            {
                if (await IsLiveAsync(workspace, ns, entry.Key, entry.WriteId, query.AsOf, cancellationToken).ConfigureAwait(false))
                {
                    live.Add(entry);
                }
            }

            pages[i] = pages[i] with { Entries = live.DrainToImmutable() };
        }

        return pages.Length == 1 ? pages[0] : KvExpiringPages.Merge(pages, query.Limit);
    }

    // A live version that lies with an agent who has the key no more gets a tombstone from who has it, before its value goes.
    private async ValueTask DeleteInheritedAsync(
        CallContext call, string workspace, string ns, KvRoute route, KvErasureScope scope, KvErase erase, CancellationToken cancellationToken)
    {
        var done = await WhoHasErasedAsync(route, erase, cancellationToken).ConfigureAwait(false);
        var own = call with { IdempotencyKey = null };
        var query = new KvListQuery { Prefix = scope.Key ?? scope.Prefix, Limit = NamespacePageCount };
        while (true)
        {
            var page = await ListAsync(own, workspace, ns, query, cancellationToken).ConfigureAwait(false);
            ImmutableArray<KvOperation> deletes =
            [
                .. page.Entries
                    .Where(entry => (scope.Key is null || entry.Key == scope.Key) && !route.IsSurelyOwn(entry.Key, entry.WriteId) && !done.Contains(entry.WriteId.AgentDigest))
                    .Select(static entry => new KvOperation { Kind = KvOperationKind.Delete, Key = entry.Key, MayBeAbsent = true }),
            ];
            if (!deletes.IsEmpty)
            {
                await BatchAsync(own, workspace, ns, deletes, atomic: false, KvPutOptions.None, cancellationToken).ConfigureAwait(false);
            }

            if (page.Next is null || scope.Key is not null)
            {
                return;
            }

            query = query with { After = page.Next };
        }
    }

    // Agents that the same request has come to the end with before: what they have now was written since, and stays.
    private static async ValueTask<HashSet<uint>> WhoHasErasedAsync(KvRoute route, KvErase erase, CancellationToken cancellationToken)
    {
        var done = new HashSet<uint>();
        foreach (var agent in erase.Operation is null ? [] : route.AllAgents)
        {
            var query = new KvRecallQuery { Operation = erase.Operation!, Slots = SlotSet.Empty };
            done.UnionWith((await agent.RecallAsync(query, cancellationToken).ConfigureAwait(false)).Select(static result => result.Receipt.Agent.Digest));
        }

        return done;
    }

    // Whether a version is the one that its key has as of a moment, whoever holds the key.
    private async ValueTask<bool> IsLiveAsync(string workspace, string ns, string key, WriteId version, AsOf asOf, CancellationToken cancellationToken)
    {
        for (var attempts = 0; ;)
        {
            var route = await routes.GetOrCreateAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
            try
            {
                var read = await route.AgentOf(key).GetAsync(key, asOf, cancellationToken).ConfigureAwait(false);
                return read.Version?.WriteId == version;
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    // What nearly every put ends with, so its state machine is pooled. A refusal by who has the slot no more leads to who has.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<KvWriteResult> FollowAsync(
        ValueTask<KvWriteResult> writing, string workspace, string ns, KvRoute route, string key, KvWrite write, CancellationToken cancellationToken)
    {
        for (var attempts = 0; ;)
        {
            try
            {
                return await writing.ConfigureAwait(false);
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                route = await routes.GetOrCreateAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
                write = write with { Operations = await EncryptedAsync(route, write.Operations, cancellationToken).ConfigureAwait(false) };
                writing = route.AgentOf(key).WriteAsync(write, cancellationToken);
            }
        }
    }

    // True when an agent says that it has the slots no more: the route is forgotten, and read again by who asks for it next.
    // True also when a data key encrypts no more: who asks next gets another one.
    private bool IsOutdated(TemporalException failure, string workspace, string ns, KvRoute? route, ref int attempts)
    {
        if (failure.Code is not (ErrorCodes.SlotsMoved or ErrorCodes.DataKeySpent) || route is null || ++attempts > RouteAttemptsMax)
        {
            return false;
        }

        if (failure.Code == ErrorCodes.DataKeySpent)
        {
            return true;
        }

        routes.Forget(workspace, ns, route);
        return true;
    }
}
