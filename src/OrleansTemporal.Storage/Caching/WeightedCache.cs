using System.Collections.Concurrent;

namespace OrleansTemporal.Storage.Caching;

/// <summary>
/// A cache bounded in bytes. A hit takes no lock; admission and eviction are S3-FIFO (Yang et al., "FIFO Queues are All
/// You Need for Cache Eviction", SOSP 2023) in shards, so one long scan does not push out what is read again and again.
/// Concurrent misses of one key share one load.
/// </summary>
internal sealed class WeightedCache<TKey, TValue>
    where TKey : struct, IEquatable<TKey>
    where TValue : class
{
    /// <summary>What an entry costs beside its value: dictionary node, entry, queue slots and its share of the ghosts.</summary>
    public const int EntryOverheadBytes = 208;

    private const int ShardCountMax = 16;
    private const long ShardBytesMin = 8L << 20;
    private readonly ConcurrentDictionary<TKey, CacheEntry<TKey, TValue>> entries = new();
    private readonly ConcurrentDictionary<TKey, TaskCompletionSource<TValue>> loading = new();
    private readonly CacheShard<TKey, TValue>[] shards;
    private readonly Func<TValue, long> weigh;
    private readonly StripedCounter hits = new();
    private readonly StripedCounter misses = new();

    /// <summary>Makes a cache.</summary>
    /// <param name="bytesMax">Bound on all values and their overhead; 0 caches nothing.</param>
    /// <param name="weigh">Bytes of one value.</param>
    /// <param name="shardCountMax">Most shards, a power of two: one for a few large values, since a value larger than a shard is not kept.</param>
    public WeightedCache(long bytesMax, Func<TValue, long> weigh, int shardCountMax = ShardCountMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        BytesMax = bytesMax;
        this.weigh = weigh;
        var count = 1;
        while (count < shardCountMax && bytesMax / (count * 2) >= ShardBytesMin)
        {
            count *= 2;
        }

        shards = new CacheShard<TKey, TValue>[count];
        for (var i = 0; i < count; i++)
        {
            shards[i] = new(entries, bytesMax / count);
        }
    }

    /// <summary>The bound.</summary>
    public long BytesMax { get; private set; }

    /// <summary>Counters and sizes now.</summary>
    public CacheStatus Status => new(hits.Value, misses.Value, Bytes, BytesMax, entries.Count);

    /// <summary>Bytes in use, overhead included.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var shard in shards)
            {
                bytes += shard.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>The value, when it is cached.</summary>
    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TValue? value)
    {
        if (entries.TryGetValue(key, out var entry))
        {
            entry.Touch();
            hits.Increment();
            value = entry.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Keeps a value, unless it alone is larger than a shard.</summary>
    public void Add(TKey key, TValue value) => ShardOf(key).Add(key, value, weigh(value) + EntryOverheadBytes);

    /// <summary>The cached value, or the one that <paramref name="load"/> answers. A load that fails is not remembered.</summary>
    public ValueTask<TValue> GetAsync<TState>(
        TKey key, TState state, Func<TState, CancellationToken, ValueTask<TValue>> load, CancellationToken cancellationToken) =>
        TryGet(key, out var value) ? new(value) : LoadAsync(key, state, load, cancellationToken);

    /// <summary>Sets another bound, and makes room at once when it is lower. One call at a time.</summary>
    public void Resize(long bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        BytesMax = bytesMax;
        foreach (var shard in shards)
        {
            shard.Resize(bytesMax / shards.Length);
        }
    }

    /// <summary>Forgets one value.</summary>
    public void Remove(TKey key) => ShardOf(key).Remove(key);

    /// <summary>Forgets every value whose key fits. Cost: a walk over all of them.</summary>
    public void RemoveWhere(Func<TKey, bool> fits)
    {
        foreach (var (key, _) in entries)
        {
            if (fits(key))
            {
                Remove(key);
            }
        }
    }

    private CacheShard<TKey, TValue> ShardOf(TKey key)
    {
        var hash = (uint)key.GetHashCode() * 0x9E3779B1u;
        return shards[(hash >> 16) & (uint)(shards.Length - 1)];
    }

    private async ValueTask<TValue> LoadAsync<TState>(
        TKey key, TState state, Func<TState, CancellationToken, ValueTask<TValue>> load, CancellationToken cancellationToken)
    {
        misses.Increment();
        while (true)
        {
            var mine = new TaskCompletionSource<TValue>();
            var first = loading.GetOrAdd(key, mine);
            if (first == mine)
            {
                return await LoadFirstAsync(key, mine, state, load, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                // Each waiter has a task of its own, so that it goes on on the loader's stack: of several that wait for one
                // task all but one would be sent to the thread pool, where a simulation can not follow.
                return await first.Task.ContinueWith(
                    static loaded => loaded.GetAwaiter().GetResult(),
                    cancellationToken,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Whoever loaded was cancelled; this caller was not, so it loads itself.
            }
        }
    }

    private async ValueTask<TValue> LoadFirstAsync<TState>(
        TKey key, TaskCompletionSource<TValue> mine, TState state, Func<TState, CancellationToken, ValueTask<TValue>> load, CancellationToken cancellationToken)
    {
        TValue value;
        try
        {
            // Between the miss and the registration another caller may have finished the same load.
            value = entries.TryGetValue(key, out var entry)
                ? entry.Value
                : await load(state, cancellationToken).ConfigureAwait(false);
            Add(key, value);
        }
        catch (Exception exception)
        {
            // Out of the way first: whoever waits goes on within the next line, and may have to load by itself.
            loading.TryRemove(new(key, mine));
            if (exception is OperationCanceledException)
            {
                mine.SetCanceled(CancellationToken.None);
            }
            else
            {
                mine.SetException(exception);
                _ = mine.Task.Exception;
            }

            throw;
        }

        loading.TryRemove(new(key, mine));
        mine.SetResult(value);
        return value;
    }
}
