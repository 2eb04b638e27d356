using System.Collections.Concurrent;

namespace OrleansTemporal.Storage.Caching;

/// <summary>
/// One shard's queues. New values wait in the small queue (a tenth of the bytes); those asked for again move to the main
/// queue, the others leave and are remembered as ghosts for a while, so that a second miss admits them to the main queue.
/// A full shard keeps only what is asked for twice: of state far larger than the cache most blocks are read once, and
/// would only live long enough to be moved by the collector.
/// </summary>
internal sealed class CacheShard<TKey, TValue>(ConcurrentDictionary<TKey, CacheEntry<TKey, TValue>> entries, long bytesMaxAtFirst)
    where TKey : struct, IEquatable<TKey>
    where TValue : class
{
    private const int SmallShare = 10;
    private const int GhostCountMin = 64;
    private readonly Lock gate = new();
    private readonly Queue<CacheEntry<TKey, TValue>> small = new();
    private readonly Queue<CacheEntry<TKey, TValue>> main = new();
    private readonly Queue<TKey> ghostOrder = new();
    private readonly HashSet<TKey> ghosts = [];
    private long bytesMax = bytesMaxAtFirst;
    private long smallBytes;
    private long mainBytes;

    /// <summary>Bytes of all values and their overhead; never above the bound, not even for a moment.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return smallBytes + mainBytes;
            }
        }
    }

    public void Add(TKey key, TValue value, long bytes)
    {
        lock (gate)
        {
            if (bytes > bytesMax || entries.ContainsKey(key))
            {
                return;
            }

            var isKnown = ghosts.Remove(key);
            if (!isKnown && smallBytes + mainBytes + bytes > bytesMax)
            {
                RememberGhost(key);
                return;
            }

            MakeRoom(bytes);
            var entry = new CacheEntry<TKey, TValue>(key, value, bytes) { IsMain = isKnown };
            entries[key] = entry;
            (entry.IsMain ? main : small).Enqueue(entry);
            Count(entry, bytes);
        }
    }

    public void Resize(long newBytesMax)
    {
        lock (gate)
        {
            bytesMax = newBytesMax;
            MakeRoom(0);
        }
    }

    public void Remove(TKey key)
    {
        lock (gate)
        {
            if (entries.TryRemove(key, out var entry))
            {
                // The queue slot stays until the evictor comes by; the bytes are free at once.
                entry.IsRemoved = true;
                Count(entry, -entry.Bytes);
            }
        }
    }

    private void Count(CacheEntry<TKey, TValue> entry, long bytes)
    {
        if (entry.IsMain)
        {
            mainBytes += bytes;
        }
        else
        {
            smallBytes += bytes;
        }
    }

    private void MakeRoom(long bytes)
    {
        while (smallBytes + mainBytes + bytes > bytesMax || small.Count + main.Count > (2 * entries.Count) + GhostCountMin)
        {
            if (small.Count > 0 && (smallBytes > bytesMax / SmallShare || main.Count == 0))
            {
                EvictFromSmall();
            }
            else if (main.Count > 0)
            {
                EvictFromMain();
            }
            else
            {
                return;
            }
        }
    }

    private void EvictFromSmall()
    {
        var entry = small.Dequeue();
        if (entry.IsRemoved)
        {
            return;
        }

        if (entry.Frequency > 0)
        {
            Count(entry, -entry.Bytes);
            entry.IsMain = true;
            entry.Frequency = 0;
            Count(entry, entry.Bytes);
            main.Enqueue(entry);
            return;
        }

        Drop(entry);
        RememberGhost(entry.Key);
    }

    private void EvictFromMain()
    {
        var entry = main.Dequeue();
        if (entry.IsRemoved)
        {
            return;
        }

        if (entry.Frequency > 0)
        {
            entry.Frequency--;
            main.Enqueue(entry);
            return;
        }

        Drop(entry);
    }

    private void Drop(CacheEntry<TKey, TValue> entry)
    {
        entries.TryRemove(new(entry.Key, entry));
        entry.IsRemoved = true;
        Count(entry, -entry.Bytes);
    }

    private void RememberGhost(TKey key)
    {
        if (ghosts.Add(key))
        {
            ghostOrder.Enqueue(key);
        }

        while (ghostOrder.Count > main.Count + small.Count + GhostCountMin)
        {
            ghosts.Remove(ghostOrder.Dequeue());
        }
    }
}
