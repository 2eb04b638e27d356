using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    /// <summary>Versions of one key, from memory and runs, in the order of the query.</summary>
    public async ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? view;
            long before;
            lock (Gate)
            {
                (view, before) = (Manifest, ResidentFirst);
            }

            try
            {
                var versions = ImmutableArray.CreateBuilder<KvVersion>(Math.Min(query.Limit + 1, 1_024));
                if (query.Ascending)
                {
                    await AddFromRunsAsync(view, before, query, versions, cancellationToken).ConfigureAwait(false);
                    if (!AddFromMemory(before, query, versions))
                    {
                        continue;
                    }
                }
                else
                {
                    if (!AddFromMemory(before, query, versions))
                    {
                        continue;
                    }

                    await AddFromRunsAsync(view, before, query, versions, cancellationToken).ConfigureAwait(false);
                }

                var exists = versions.Count > 0 || await ExistsAsync(query.Key, view, before, cancellationToken).ConfigureAwait(false);
                return Page(query, versions, exists);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private KvHistoryPage Page(KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions, bool exists)
    {
        var more = versions.Count > query.Limit;
        if (more)
        {
            versions.Count = query.Limit;
        }

        var shown = versions.DrainToImmutable();
        return new KvHistoryPage
        {
            Versions = shown,
            Next = more ? shown[^1].WriteId : WriteId.None,
            KeyExists = exists,
            SystemTime = Services.Clock.Last,
        };
    }

    // False when memory has begun later meanwhile, so that a piece between it and the runs would be missed.
    private bool AddFromMemory(long before, KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions)
    {
        lock (Gate)
        {
            RequireAlive();
            if (ResidentFirst != before)
            {
                return false;
            }

            var durable = Log.DurableThrough;
            for (var i = 0; i < generations.Count && versions.Count <= query.Limit; i++)
            {
                var generation = generations[query.Ascending ? i : generations.Count - 1 - i];
                if (generation.Find(query.Key) is { } found)
                {
                    AddFrom(found, durable, query, versions);
                }
            }

            return true;
        }
    }

    private void AddFrom(KvKey found, long durable, KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions)
    {
        var (low, high) = (0, found.LowerBound(durable + 1, 0));
        if (!query.Cursor.IsNone)
        {
            if (query.Ascending)
            {
                low = found.LowerBound(query.Cursor.Sequence, query.Cursor.Ordinal + 1);
            }
            else
            {
                high = Math.Min(high, found.LowerBound(query.Cursor.Sequence, query.Cursor.Ordinal));
            }
        }

        for (var i = 0; i < high - low && versions.Count <= query.Limit; i++)
        {
            var node = found[query.Ascending ? low + i : high - 1 - i];
            if (IsWithin(query, node.Time))
            {
                versions.Add(ToVersion(found.Key, node));
            }
        }
    }

    private static bool IsWithin(KvHistoryQuery query, ulong time) =>
        time >= query.From.Value && (query.To.Value == 0 || time < query.To.Value);

    private async ValueTask<bool> ExistsAsync(string key, Manifest? view, long before, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            RequireAlive();
            var durable = Log.DurableThrough;
            foreach (var generation in generations)
            {
                if (generation.Find(key) is { } found && found[0].Sequence <= durable)
                {
                    return true;
                }
            }
        }

        return (await FindInRunsAsync(view, key, ulong.MaxValue, before, cancellationToken).ConfigureAwait(false)) is not null;
    }
}
