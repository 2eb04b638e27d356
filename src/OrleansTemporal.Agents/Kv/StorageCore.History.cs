using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    /// <summary>Versions of one key, from memory and runs, in the order of the query.</summary>
    public ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken) => GetHistoryAsync(query, 0, cancellationToken);

    private ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, long after, CancellationToken cancellationToken) =>
        GetHistoryAsync(query, after, (0, 0), cancellationToken);

    // Only versions with a higher sequence, from a first one on, count; the key exists also when there are none of them.
    private async ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, long after, (long Sequence, ushort Ordinal) first, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? view;
            long before, mark;
            KvHistoryRows rows;
            lock (Gate)
            {
                (view, before, mark) = (Manifest, ResidentFirst, Sequence);
                rows = new KvHistoryRows(query, Encoder.AgentDigest, new HybridTimestamp(closedThrough), after, first);
            }

            try
            {
                if (query.Ascending)
                {
                    await AddFromRunsAsync(view, before, query, rows, cancellationToken).ConfigureAwait(false);
                    if (!AddFromMemory(before, query, rows))
                    {
                        continue;
                    }
                }
                else
                {
                    if (!AddFromMemory(before, query, rows))
                    {
                        continue;
                    }

                    await AddFromRunsAsync(view, before, query, rows, cancellationToken).ConfigureAwait(false);
                }

                var versions = Reveal(rows.Finish(out var hasMore));
                if (rows.Open.Value != 0 && IsOverNow(rows.Open))
                {
                    // The value is over by the clock. Before anybody is told, the moment is closed, and then it is looked at again.
                    await CloseAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (Log.DurableThrough < mark && versions.Any(static version => version.IsErased))
                {
                    // That something is erased may be said when that can not vanish any more, and then with its tombstone.
                    await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                return new KvHistoryPage
                {
                    Versions = versions,
                    Next = hasMore ? versions[^1].WriteId : WriteId.None,
                    KeyExists = !versions.IsEmpty || await ExistsAsync(query.Key, view, before, cancellationToken).ConfigureAwait(false),
                    SystemTime = Services.Clock.Last,
                };
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    // False when memory has begun later meanwhile, so that a piece between it and the runs would be missed.
    private bool AddFromMemory(long before, KvHistoryQuery query, KvHistoryRows rows)
    {
        var lookup = new KvLookup(Encoding.UTF8.GetBytes(query.Key));
        lock (Gate)
        {
            RequireAlive();
            if (ResidentFirst != before)
            {
                return false;
            }

            var durable = Log.DurableThrough;
            if (query.Ascending)
            {
                var found = new Stack<KvKey>();
                for (var key = memory.Find(lookup); key is { } newer; key = memory.Earlier(newer))
                {
                    found.Push(newer);
                }

                while (!rows.IsFull && found.TryPop(out var oldest))
                {
                    AddFrom(oldest, durable, query, rows);
                }
            }
            else
            {
                for (var key = memory.Find(lookup); key is { } newest && !rows.IsFull; key = memory.Earlier(newest))
                {
                    AddFrom(newest, durable, query, rows);
                }
            }

            return true;
        }
    }

    private void AddFrom(KvKey found, long durable, KvHistoryQuery query, KvHistoryRows rows)
    {
        var (low, high) = (0, found.LowerBound(durable + 1, 0));
        if (!query.Cursor.IsNone)
        {
            // The version of the cursor itself is visited too: when its value ended hangs on it.
            var ordinal = KvExpiry.ValueOf(query.Cursor).Ordinal;
            if (query.Ascending)
            {
                low = found.LowerBound(query.Cursor.Sequence, ordinal);
            }
            else
            {
                high = Math.Min(high, found.LowerBound(query.Cursor.Sequence, ordinal + 1));
            }
        }

        for (var i = 0; i < high - low && !rows.IsFull; i++)
        {
            if (i % KvKey.AheadCount == 0)
            {
                found.LookAhead(query.Ascending ? low + i : high - i - KvKey.AheadCount);
            }

            var node = found[query.Ascending ? low + i : high - 1 - i];
            if (rows.Visit(KvStamp.Of(node)))
            {
                rows.Add(node.ToVersion(query.Key, Encoder.AgentDigest));
            }
        }
    }

    private async ValueTask<bool> ExistsAsync(string key, Manifest? view, long before, CancellationToken cancellationToken)
    {
        if (ExistsInMemory(key))
        {
            return true;
        }

        return (await FindInRunsAsync(view, key, ulong.MaxValue, before, cancellationToken).ConfigureAwait(false)) is not null;
    }

    private bool ExistsInMemory(string key)
    {
        var lookup = new KvLookup(Encoding.UTF8.GetBytes(key));
        lock (Gate)
        {
            RequireAlive();
            var durable = Log.DurableThrough;
            for (var found = memory.Find(lookup); found is { } versions; found = memory.Earlier(versions))
            {
                if (versions.Oldest.Sequence <= durable)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
