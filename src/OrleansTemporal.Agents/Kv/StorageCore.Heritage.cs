using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

// Reads of keys in slots that have moved: own versions, and before them those of the agent that had the slot.
internal sealed partial class StorageCore
{
    /// <summary>One key as of a moment that is closed, or now, whoever has written it.</summary>
    public async ValueTask<KvReadResult> GetHeldAsync(string key, ulong time, CancellationToken cancellationToken)
    {
        var isLatest = time == ulong.MaxValue;
        while (true)
        {
            var newest = new KvHistoryQuery { Key = key, Limit = 1, To = isLatest ? default : new HybridTimestamp(time + 1) };
            var page = await GetHeldHistoryAsync(newest, cancellationToken).ConfigureAwait(false);
            if (page.Versions.IsEmpty)
            {
                var existsLater = !isLatest && (page.KeyExists || await ExistsHeldAsync(key, cancellationToken).ConfigureAwait(false));
                return new KvReadResult(null, existsLater, isLatest ? Services.Clock.Last : new HybridTimestamp(time));
            }

            var version = page.Versions[0];
            if (isLatest && version.ExpiresAt is not null)
            {
                // Whether it is over is asked as of a moment, and the moment is closed before anybody is told.
                (time, isLatest) = (await CloseAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false), false);
                continue;
            }

            // What was erased where it lay has its tombstone there, behind the hand-over: about now there is nothing.
            var hasEnded = version.IsDeleted || (version.ExpiresAt is { } end && IsOver(end, time));
            return new KvReadResult(hasEnded || version.IsErased ? null : version, false, isLatest ? version.SystemTime : new HybridTimestamp(time))
            {
                IsErased = version.IsErased && !hasEnded && !isLatest,
            };
        }
    }

    // Who has the key now knows all of its versions; who has it no more sends the caller there.
    private async ValueTask<bool> ExistsHeldAsync(string key, CancellationToken cancellationToken) =>
        (await GetHeldHistoryAsync(new KvHistoryQuery { Key = key, Limit = 1 }, cancellationToken).ConfigureAwait(false)).KeyExists;

    /// <summary>Versions of one key, in one line over all agents that have had its slot.</summary>
    public ValueTask<KvHistoryPage> GetHeldHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken) =>
        HasTransfers ? GetClosedHistoryAsync(query, cancellationToken) : GetKeptHistoryAsync(query, cancellationToken);

    private async ValueTask<KvHistoryPage> GetKeptHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken) =>
        await BeginningOfAsync(query, 0, cancellationToken).ConfigureAwait(false) is { } beginning
            ? await GetHistoryAsync(query, 0, beginning, cancellationToken).ConfigureAwait(false)
            : await GetHistoryAsync(query, cancellationToken).ConfigureAwait(false);

    // Before anybody is told that a value ended that lies elsewhere, no write can come here that would have replaced it.
    private async ValueTask<KvHistoryPage> GetClosedHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await FindHeldHistoryAsync(query, cancellationToken).ConfigureAwait(false);
            var end = HybridTimestamp.Zero;
            foreach (var version in page.Versions)
            {
                end = !query.AsLogged && KvExpiry.IsTombstone(version.WriteId) ? HybridTimestamp.Max(end, version.SystemTime) : end;
            }

            if (end.Value <= Volatile.Read(ref closedThrough))
            {
                return page;
            }

            await CloseMomentAsync(end, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<KvHistoryPage> FindHeldHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        var moved = Volatile.Read(ref transfers)!;

        var tenure = moved.At(SlotHash.Of(query.Key), query.To.Value == 0 ? ulong.MaxValue : query.To.Value - 1);
        if (tenure.IsElsewhere)
        {
            throw Moved();
        }

        if (tenure.HasOwn && await BeginningOfAsync(query, tenure.After, cancellationToken).ConfigureAwait(false) is { } beginning)
        {
            // What others had of the key was replaced before the moment from which all is kept.
            return query.Cursor.IsNone || tenure.From is null || IsOwn(query.Cursor, tenure) ? await GetHistoryAsync(query, tenure.After, beginning, cancellationToken).ConfigureAwait(false)
                : query.Ascending ? await GetHistoryAsync(query with { Cursor = WriteId.None }, tenure.After, beginning, cancellationToken).ConfigureAwait(false)
                : new KvHistoryPage { Versions = [], Next = WriteId.None, KeyExists = true, SystemTime = Services.Clock.Last };
        }

        return tenure.From is null ? await GetHistoryAsync(query, cancellationToken).ConfigureAwait(false)
            : query.Ascending ? await GetAscendingAsync(query, tenure, cancellationToken).ConfigureAwait(false)
            : await GetDescendingAsync(query, tenure, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<KvHistoryPage> GetDescendingAsync(KvHistoryQuery query, KvTenure tenure, CancellationToken cancellationToken)
    {
        var isOwnCursor = IsOwn(query.Cursor, tenure);
        var own = ImmutableArray<KvVersion>.Empty;
        if (tenure.HasOwn && (query.Cursor.IsNone || isOwnCursor))
        {
            var page = await GetHistoryAsync(Since(query, tenure), tenure.After, cancellationToken).ConfigureAwait(false);
            if (!page.Next.IsNone)
            {
                return page;
            }

            own = page.Versions;
        }

        var rest = query.Limit - own.Length;
        var older = await AskSourceAsync(query with { Limit = Math.Max(rest, 1), Cursor = isOwnCursor ? WriteId.None : query.Cursor }, tenure, cancellationToken).ConfigureAwait(false);
        return new KvHistoryPage
        {
            Versions = rest == 0 ? own : own.AddRange(older.Versions),
            Next = rest > 0 ? older.Next : older.Versions.IsEmpty ? WriteId.None : own[^1].WriteId,
            KeyExists = older.KeyExists || !own.IsEmpty || await HasOwnAsync(query.Key, cancellationToken).ConfigureAwait(false),
            KeptFrom = older.KeptFrom,
            SystemTime = Services.Clock.Last,
        };
    }

    private async ValueTask<KvHistoryPage> GetAscendingAsync(KvHistoryQuery query, KvTenure tenure, CancellationToken cancellationToken)
    {
        if (IsOwn(query.Cursor, tenure))
        {
            return await GetHistoryAsync(Since(query, tenure), tenure.After, cancellationToken).ConfigureAwait(false);
        }

        var older = await AskSourceAsync(query, tenure, cancellationToken).ConfigureAwait(false);
        if (!older.Next.IsNone)
        {
            return older;
        }

        var rest = query.Limit - older.Versions.Length;
        var (own, next) = (ImmutableArray<KvVersion>.Empty, WriteId.None);
        if (tenure.HasOwn)
        {
            var page = await GetHistoryAsync(Since(query, tenure) with { Cursor = WriteId.None, Limit = Math.Max(rest, 1) }, tenure.After, cancellationToken).ConfigureAwait(false);
            (own, next) = (page.Versions, page.Next);
        }

        return new KvHistoryPage
        {
            Versions = rest == 0 ? older.Versions : older.Versions.AddRange(own),
            Next = rest > 0 ? next : own.IsEmpty ? WriteId.None : older.Versions[^1].WriteId,
            KeyExists = older.KeyExists || !own.IsEmpty || await HasOwnAsync(query.Key, cancellationToken).ConfigureAwait(false),
            KeptFrom = older.KeptFrom,
            SystemTime = Services.Clock.Last,
        };
    }

    private async ValueTask<bool> HasOwnAsync(string key, CancellationToken cancellationToken) =>
        (await GetHistoryAsync(new KvHistoryQuery { Key = key, Limit = 1 }, cancellationToken).ConfigureAwait(false)).KeyExists;

    private async ValueTask<KvHistoryPage> AskSourceAsync(KvHistoryQuery query, KvTenure tenure, CancellationToken cancellationToken)
    {
        var end = tenure.From!.PeerSystemTime.Value + 1;
        var source = query with
        {
            To = new HybridTimestamp(query.To.Value == 0 ? end : Math.Min(end, query.To.Value)),
            AskedTo = query.To.Value == 0 ? HybridTimestamp.MaxValue : HybridTimestamp.Max(query.To, query.AskedTo),
            EndsThrough = query.AsLogged ? default : await EndsThroughAsync(query, tenure, cancellationToken).ConfigureAwait(false),
        };
        return await PeerOf(tenure.From).GetHistoryAsync(source, cancellationToken).ConfigureAwait(false);
    }

    // A value of the source ends by itself unless the first own write comes before.
    private async ValueTask<HybridTimestamp> EndsThroughAsync(KvHistoryQuery query, KvTenure tenure, CancellationToken cancellationToken)
    {
        var limit = query.To.Value == 0 ? HybridTimestamp.MaxValue : HybridTimestamp.Max(new HybridTimestamp(query.To.Value - 1), query.EndsThrough);
        if (!tenure.HasOwn)
        {
            return limit;
        }

        var first = await GetHistoryAsync(
            new KvHistoryQuery { Key = query.Key, Ascending = true, Limit = 1, From = tenure.From!.SystemTime }, tenure.After, cancellationToken).ConfigureAwait(false);
        return first.Versions.IsEmpty ? limit : HybridTimestamp.Min(limit, first.Versions[0].SystemTime);
    }

    private async ValueTask<KvCurrent> FindInheritedAsync(string key, KvTransfer from, CancellationToken cancellationToken)
    {
        var newest = new KvHistoryQuery { Key = key, Limit = 1, To = new HybridTimestamp(from.PeerSystemTime.Value + 1), AskedTo = HybridTimestamp.MaxValue, AsLogged = true };
        var page = await PeerOf(from).GetHistoryAsync(newest, cancellationToken).ConfigureAwait(false);
        return page.Versions.IsEmpty ? default : KvCurrent.Inherited(page.Versions[0]);
    }

    private IStorageAgent PeerOf(KvTransfer transfer) => PeerOf(transfer.Peer);

    private IStorageAgent PeerOf(AgentId peer) =>
        (Services.Directory ?? throw new InvalidOperationException("An agent that takes slots over needs a directory.")).Get<IStorageAgent>(peer);

    private static KvHistoryQuery Since(KvHistoryQuery query, KvTenure tenure) =>
        query with { From = HybridTimestamp.Max(query.From, tenure.From!.SystemTime) };

    private bool IsOwn(WriteId cursor, KvTenure tenure) =>
        !cursor.IsNone && cursor.AgentDigest == Encoder.AgentDigest && cursor.Sequence > tenure.From!.Sequence;

    // What a scan has to leave out and to add; null when the agent's own keys are the answer. The moment is closed, so no
    // transfer can come before it any more.
    private KvHeritage? HeritageOf(long mapVersion, ulong time)
    {
        if (Volatile.Read(ref transfers) is not { } moved)
        {
            return null;
        }

        var heritage = new KvHeritage(moved, moved.OwnedIn(mapVersion), time);
        return heritage.IsElsewhere ? throw Moved() : heritage;
    }

    private async ValueTask<List<KvInheritedKeys>> OpenInheritedAsync(KvHeritage heritage, KvListQuery query, CancellationToken cancellationToken)
    {
        var opened = new List<KvInheritedKeys>();
        if (heritage.Inherited is not { } slots)
        {
            return opened;
        }

        var count = Math.Max(query.AgentCount, Volatile.Read(ref transfers)!.All.Max(static transfer => transfer.Peer.Partition) + 1);
        for (var partition = 0; partition < count; partition++)
        {
            if (partition == Id.Partition)
            {
                continue;
            }

            var keys = new KvInheritedKeys(
                PeerOf(new AgentId(Id.Workspace, Id.Kind, Id.Name, partition)),
                new KvListQuery
                {
                    Prefix = query.Prefix,
                    After = query.After,
                    AsOf = AsOf.At(heritage.Moment),
                    Limit = Math.Clamp(query.Limit, 1, Limits.PageCountMax),
                    OwnOf = slots,
                    AskedAt = heritage.AskedAt,
                    WithValues = query.WithValues,
                });
            await keys.FillAsync(cancellationToken).ConfigureAwait(false);
            opened.Add(keys);
        }

        return opened;
    }
}
