using System.Collections.Immutable;
using System.Text;
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

                while (versions.Count <= query.Limit && found.TryPop(out var oldest))
                {
                    AddAscending(oldest, durable, query, versions);
                }
            }
            else
            {
                for (var key = memory.Find(lookup); key is { } newest && versions.Count <= query.Limit; key = memory.Earlier(newest))
                {
                    AddDescending(newest, durable, query, versions);
                }
            }

            return true;
        }
    }

    private void AddDescending(in KvKey found, long durable, KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions)
    {
        var count = found.LowerBound(durable + 1, 0);
        if (!query.Cursor.IsNone)
        {
            count = Math.Min(count, found.LowerBound(query.Cursor.Sequence, query.Cursor.Ordinal));
        }

        for (var i = count - 1; i >= 0 && versions.Count <= query.Limit; i--)
        {
            AddWithin(found[i], query, versions);
        }
    }

    private void AddAscending(in KvKey found, long durable, KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions)
    {
        var count = found.LowerBound(durable + 1, 0);
        var first = query.Cursor.IsNone ? 0 : found.LowerBound(query.Cursor.Sequence, query.Cursor.Ordinal + 1);
        for (var i = first; i < count && versions.Count <= query.Limit; i++)
        {
            AddWithin(found[i], query, versions);
        }
    }

    private void AddWithin(in KvNode node, KvHistoryQuery query, ImmutableArray<KvVersion>.Builder versions)
    {
        if (IsWithin(query, node.Time))
        {
            versions.Add(node.ToVersion(query.Key, Encoder.AgentDigest));
        }
    }

    private static bool IsWithin(KvHistoryQuery query, ulong time) =>
        time >= query.From.Value && (query.To.Value == 0 || time < query.To.Value);

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
