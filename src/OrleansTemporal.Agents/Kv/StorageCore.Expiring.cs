using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    private const int CountingAttemptsMax = 8;

    /// <summary>Live values that end within a time, as of one closed moment; looks at a bounded number of versions.</summary>
    public async ValueTask<KvExpiringPage> ListExpiringAsync(KvExpiringQuery query, CancellationToken cancellationToken)
    {
        var time = new HybridTimestamp(await CloseAsync(query.AsOf, cancellationToken).ConfigureAwait(false));
        var from = query.After is { } after && after.ExpiresAt > time ? after : new KvExpiryPlace(time, null);
        var through = KvExpiry.After(time, query.Within);
        while (true)
        {
            var view = Manifest;
            try
            {
                var page = await ListExpiringAsync(query, time, from, through, cancellationToken).ConfigureAwait(false);
                await RequireKeptAsync(time.Value, cancellationToken).ConfigureAwait(false);
                return page;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private async ValueTask<KvExpiringPage> ListExpiringAsync(
        KvExpiringQuery query, HybridTimestamp time, KvExpiryPlace from, HybridTimestamp through, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<KvExpiringEntry>(Math.Min(query.Limit, 1_024));
        KvExpiryPlace? next = null;
        var last = from;
        var scan = await OpenExpiriesAsync(from, cancellationToken).ConfigureAwait(false);
        for (var scanned = 0; await scan.MoveNextAsync(cancellationToken).ConfigureAwait(false) && scan.Current.ExpiresAt <= through; scanned++)
        {
            var end = scan.Current;
            if (scanned >= Limits.KeysScannedPerPageMax && end.IsBehind(last))
            {
                next = last;
                break;
            }

            last = end.Place;
            if (end.SystemTime > time || !await IsNewestAsync(end, time.Value, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (entries.Count == query.Limit)
            {
                next = new KvExpiryPlace(entries[^1].ExpiresAt, entries[^1].Key);
                break;
            }

            entries.Add(new KvExpiringEntry(end.Key, new WriteId(Encoder.AgentDigest, end.Sequence, end.Ordinal), end.SystemTime, end.ExpiresAt));
        }

        return new KvExpiringPage { Entries = entries.DrainToImmutable(), Next = next, SystemTime = time };
    }

    /// <summary>Counts, once what they rest on is durable. Values that are over do not count, cleaned up or not.</summary>
    public async ValueTask<KvStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            KvStats stats;
            long mark;
            bool mayBeOver;
            KvExpiryPlace from;
            lock (Gate)
            {
                (stats, mark, from) = (new KvStats(liveKeyCount, versionCount, valueBytes), Sequence, cleaned);
                mayBeOver = IsOverNow(nextEnd);
            }

            if (!mayBeOver)
            {
                await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
                return stats;
            }

            // The values that are over at this moment and still counted are counted off again. A write that comes between
            // would be counted by one half only, so then it is done anew; the last attempt answers as of a little later.
            var time = await CloseAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
            var view = Manifest;
            try
            {
                var over = await CountOverAsync(from, time, cancellationToken).ConfigureAwait(false);
                lock (Gate)
                {
                    if (Sequence == mark || attempt == CountingAttemptsMax)
                    {
                        return stats with { LiveKeyCount = stats.LiveKeyCount - over };
                    }
                }
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private async ValueTask<long> CountOverAsync(KvExpiryPlace from, ulong time, CancellationToken cancellationToken)
    {
        var over = 0L;
        var moved = new List<KvExpiring>();
        var scan = await OpenExpiriesAsync(from, cancellationToken).ConfigureAwait(false);
        while (await scan.MoveNextAsync(cancellationToken).ConfigureAwait(false) && scan.Current.ExpiresAt.Value <= time)
        {
            if (!IsOfThisStay(scan.Current))
            {
                moved.Add(scan.Current);
                if (moved.Count == CleanedPerDeltaMax)
                {
                    over += await CountMovedOverAsync(moved, cancellationToken).ConfigureAwait(false);
                    moved.Clear();
                }

                continue;
            }

            over += await IsNewestAsync(scan.Current, time, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return moved.Count == 0 ? over : over + await CountMovedOverAsync(moved, cancellationToken).ConfigureAwait(false);
    }

    // Whether a version is the newest of its key as of a closed moment.
    private async ValueTask<bool> IsNewestAsync(KvExpiring end, ulong time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsNewestInMemory(end, time, out var view, out var before) is { } isNewest)
            {
                return isNewest;
            }

            try
            {
                return await FindInRunsAsync(view, end.Key, time, before, cancellationToken).ConfigureAwait(false) is { } entry
                    && entry.Sequence == end.Sequence && entry.Ordinal == end.Ordinal && !IsErased(entry);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    // Null when memory does not decide.
    private bool? IsNewestInMemory(in KvExpiring end, ulong time, out Manifest? view, out long before)
    {
        var lookup = new KvLookup(Encoding.UTF8.GetBytes(end.Key));
        lock (Gate)
        {
            RequireAlive();
            (view, before) = (Manifest, ResidentFirst);
            for (var found = memory.Find(lookup); found is { } versions; found = memory.Earlier(versions))
            {
                if (versions.Find(time, Log.DurableThrough) is { } node)
                {
                    return node.Sequence == end.Sequence && node.Ordinal == end.Ordinal && !node.IsErased;
                }
            }

            return null;
        }
    }
}
