using OrleansTemporal.Storage.Caching;

namespace OrleansTemporal.Storage.Tests.Caching;

public class BlockCacheTests
{
    [Fact]
    public async Task a_block_is_loaded_once()
    {
        var cache = new BlockCache(1 << 20);
        var key = new BlockKey(cache.IdOf("a"), 64);
        var loads = 0;
        for (var i = 0; i < 5; i++)
        {
            var block = await cache.GetAsync(key, 0, (_, _) => new ValueTask<byte[]>(new byte[++loads]), default);
            Assert.Single(block);
        }

        Assert.Equal(4, cache.Status.HitCount);
        Assert.Equal(1, cache.Status.MissCount);
        Assert.Equal(1 + WeightedCache<BlockKey, byte[]>.EntryOverheadBytes, cache.Status.Bytes);
    }

    [Fact]
    public async Task concurrent_misses_share_one_load()
    {
        var cache = new BlockCache(1 << 20);
        var gate = new TaskCompletionSource<byte[]>();
        var loads = 0;
        var readers = Enumerable.Range(0, 20).Select(_ => cache.GetAsync(
            new(1, 0), 0, (_, _) => { loads++; return new ValueTask<byte[]>(gate.Task); }, default).AsTask()).ToArray();
        gate.SetResult([7]);
        foreach (var block in await Task.WhenAll(readers))
            Assert.Equal([7], block);
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task a_cancelled_load_does_not_cancel_those_who_wait_for_it()
    {
        var cache = new BlockCache(1 << 20);
        using var cancellation = new CancellationTokenSource();
        var first = cache.GetAsync(new(1, 0), 0, (_, token) => new ValueTask<byte[]>(NeverAsync(token)), cancellation.Token).AsTask();
        var second = cache.GetAsync(new(1, 0), 0, (_, _) => new ValueTask<byte[]>([3]), default).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal([3], await second);
    }

    [Fact]
    public async Task a_failed_load_is_told_to_all_and_tried_again()
    {
        var cache = new BlockCache(1 << 20);
        var gate = new TaskCompletionSource<byte[]>();
        var readers = Enumerable.Range(0, 3).Select(_ => cache.GetAsync(new(1, 0), 0, (_, _) => new ValueTask<byte[]>(gate.Task), default).AsTask()).ToArray();
        gate.SetException(new IOException("no"));
        foreach (var reader in readers)
            await Assert.ThrowsAsync<IOException>(() => reader);
        Assert.Equal([1], await cache.GetAsync(new(1, 0), 0, (_, _) => new ValueTask<byte[]>([1]), default));
    }

    /// <summary>Many threads, sizes and removals: the bytes never pass the bound, and what is answered is what was put.</summary>
    [Fact]
    public async Task the_bound_holds_under_stress()
    {
        const int bytesMax = 3 << 20;
        var cache = new BlockCache(bytesMax);
        var highest = 0L;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var offset = (long)(Math.Pow(random.NextDouble(), 3) * 2_000);
                var path = $"o{random.Next(3)}";
                var key = new BlockKey(cache.IdOf(path), offset);
                var block = await cache.GetAsync(key, offset, static (offset, _) => new ValueTask<byte[]>(Make(offset)), default);
                Assert.Equal((byte)offset, block[0]);
                if (random.Next(2_000) == 0)
                    cache.Forget(path);
                var bytes = cache.Status.Bytes;
                InterlockedMax(ref highest, bytes);
            }
        })));
        Assert.InRange(highest, bytesMax / 2, bytesMax);
        Assert.True(cache.Status.HitCount > cache.Status.MissCount / 4, cache.Status.ToString());
    }

    [Fact]
    public void a_scan_does_not_push_out_what_is_read_again()
    {
        var cache = new BlockCache(4 << 20);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 50; i++)
            {
                if (!cache.TryGet(new(1, i), out _))
                    cache.Add(new(1, i), new byte[16 << 10]);
            }
        }

        for (var i = 0; i < 10_000; i++)
            cache.Add(new(2, i), new byte[16 << 10]);
        Assert.True(Enumerable.Range(0, 50).Count(i => cache.TryGet(new(1, i), out _)) >= 45);
    }

    [Fact]
    public void a_forgotten_object_leaves_nothing()
    {
        var cache = new BlockCache(1 << 20);
        var old = cache.IdOf("a");
        cache.Add(new(old, 0), [1]);
        cache.Add(new(cache.IdOf("b"), 0), [2]);
        cache.Forget("a");
        Assert.False(cache.TryGet(new(old, 0), out _));
        Assert.NotEqual(old, cache.IdOf("a"));
        Assert.Equal(1, cache.Status.EntryCount);
        Assert.Equal(1 + WeightedCache<BlockKey, byte[]>.EntryOverheadBytes, cache.Status.Bytes);
    }

    [Fact]
    public void a_cache_of_no_bytes_keeps_nothing()
    {
        var cache = new BlockCache(0);
        cache.Add(new(1, 0), [1]);
        Assert.False(cache.TryGet(new(1, 0), out _));
    }

    /// <summary>Goal: indexes and blocks share one bound; what indexes take, blocks give back at once, down to half.</summary>
    [Fact]
    public void blocks_make_room_for_indexes_and_keep_half()
    {
        const int bytesMax = 1 << 20;
        const int blockBytes = 1_000;
        var cache = new BlockCache(bytesMax);
        var (runs, segments) = (new object(), new object());
        Fill();
        Assert.InRange(cache.Status.Bytes, bytesMax * 9 / 10, bytesMax);
        cache.Lend(runs, bytesMax / 4);
        Assert.InRange(cache.Status.Bytes, bytesMax / 2, bytesMax * 3 / 4);
        cache.Lend(segments, bytesMax);
        Assert.InRange(cache.Status.Bytes, bytesMax / 4, bytesMax / 2);
        Fill();
        Assert.InRange(cache.Status.Bytes, bytesMax * 4 / 10, bytesMax / 2);
        cache.Lend(segments, 0);
        cache.Lend(runs, 0);
        Fill();
        Assert.InRange(cache.Status.Bytes, bytesMax * 9 / 10, bytesMax);

        void Fill()
        {
            for (var i = 0; i < bytesMax / blockBytes; i++)
                cache.Add(new(1, i), new byte[blockBytes]);
        }
    }

    /// <summary>Goal: what is read once does not push out anything, and what is read twice gets in.</summary>
    [Fact]
    public void a_full_cache_keeps_only_what_is_asked_for_twice()
    {
        const int blockBytes = 1_000;
        var cache = new BlockCache(1 << 20);
        var count = 0;
        for (; cache.Status.EntryCount == count; count++)
            cache.Add(new(1, count), new byte[blockBytes]);
        var kept = cache.Status.EntryCount;
        for (var i = 0; i < 100_000; i++)
            cache.Add(new(2, i), new byte[blockBytes]);
        Assert.Equal(kept, cache.Status.EntryCount);
        Assert.All(Enumerable.Range(0, kept), i => Assert.True(cache.TryGet(new(1, i), out _)));
        cache.Add(new(3, 0), new byte[blockBytes]);
        Assert.False(cache.TryGet(new(3, 0), out _));
        cache.Add(new(3, 0), new byte[blockBytes]);
        Assert.True(cache.TryGet(new(3, 0), out _));
    }

    private static byte[] Make(long offset)
    {
        var block = new byte[1 + (offset * 37 % 9_000)];
        block[0] = (byte)offset;
        return block;
    }

    private static async Task<byte[]> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return [];
    }

    private static void InterlockedMax(ref long target, long value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var was = Interlocked.CompareExchange(ref target, value, seen);
            if (was == seen)
                return;
            seen = was;
        }
    }
}
