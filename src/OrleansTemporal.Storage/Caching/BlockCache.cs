using System.Collections.Concurrent;

namespace OrleansTemporal.Storage.Caching;

/// <summary>
/// Verified, decompressed blocks of segments and runs, shared by all agents of a process and bounded in bytes.
/// The arrays are never written to again, so readers hand out slices of them without copying.
/// A hit costs a dictionary lookup and takes no lock.
/// </summary>
public sealed class BlockCache
{
    // What is read ahead must still be there when it is asked for.
    private const int AheadShare = 8;

    // However many indexes there are, blocks keep this part.
    private const int BlockShareMin = 2;

    private readonly WeightedCache<BlockKey, byte[]> blocks;
    private readonly long bytesMax;
    private readonly Lock lending = new();
    private readonly Dictionary<object, long> lent = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, long> ids = new(StringComparer.Ordinal);
    private long lastId;

    /// <summary>Makes a cache.</summary>
    /// <param name="bytesMax">Bound on all blocks and their overhead, in bytes; 0 caches nothing.</param>
    public BlockCache(long bytesMax)
    {
        this.bytesMax = bytesMax;
        blocks = new(bytesMax, static block => block.Length);
    }

    /// <summary>Counters and sizes now.</summary>
    public CacheStatus Status => blocks.Status;

    /// <summary>Most bytes of blocks that one reader may bring in before they are asked for.</summary>
    public long AheadBytesMax => blocks.BytesMax / AheadShare;

    /// <summary>The number that stands for an object's path in keys. A path that was forgotten gets a new number.</summary>
    public long IdOf(string path) => ids.GetOrAdd(path, static (_, cache) => Interlocked.Increment(ref cache.lastId), this);

    /// <summary>The block, when it is cached.</summary>
    public bool TryGet(BlockKey key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? block) => blocks.TryGet(key, out block);

    /// <summary>Keeps a block that was verified; one larger than a shard is not kept.</summary>
    public void Add(BlockKey key, byte[] block) => blocks.Add(key, block);

    /// <summary>The cached block, or the one that <paramref name="load"/> answers; concurrent misses share one load.</summary>
    public ValueTask<byte[]> GetAsync<TState>(
        BlockKey key, TState state, Func<TState, CancellationToken, ValueTask<byte[]>> load, CancellationToken cancellationToken) =>
        blocks.GetAsync(key, state, load, cancellationToken);

    /// <summary>
    /// Says how many of the cache's bytes a catalog of indexes holds now. Blocks have the rest, at least half: a look-up
    /// asks every filter and index, but of the blocks only one or two.
    /// </summary>
    public void Lend(object catalog, long bytes)
    {
        lock (lending)
        {
            lent[catalog] = bytes;
            blocks.Resize(Math.Max(bytesMax - lent.Values.Sum(), bytesMax / BlockShareMin));
        }
    }

    /// <summary>Forgets an object that was removed from the store. Cost: a walk over all blocks.</summary>
    public void Forget(string path)
    {
        if (ids.TryRemove(path, out var id))
        {
            blocks.RemoveWhere(key => key.ObjectId == id);
        }
    }
}
