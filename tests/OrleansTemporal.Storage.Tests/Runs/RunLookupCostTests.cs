using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Storage.Tests.Runs;

/// <summary>What look-ups read from the storage, counted rather than timed.</summary>
public class RunLookupCostTests
{
    private const int RunCount = 8;
    private const int KeysPerRun = 500;

    /// <summary>Goal: a key that is in no run is refused by the filters in memory; only what passes one by chance reads a block.</summary>
    [Fact]
    public async Task absent_keys_read_a_block_for_one_filter_in_fifty_at_most()
    {
        var store = new MemoryObjectStore();
        var runs = new TestRuns(store, cacheBytes: 0);
        var set = await runs.Catalog.OpenAsync(await WriteAsync(runs), default);
        var reads = CountReads(store);
        const int absent = 2_000;
        for (var i = 0; i < absent; i++)
        {
            // Between the keys that are there, so that neither the first nor the last key of a run tells.
            var key = Key(i % RunCount, i % KeysPerRun, $"absent {i}");
            Assert.Null(await set.FindAsync(key, KeyHash.Of(key), RunBound.Latest, default));
        }

        Assert.InRange(reads.Count, 0, absent * RunCount / 50);

        // And one that is there does read: the counter counts.
        var present = Key(3, 7, "");
        Assert.NotNull(await set.FindAsync(present, KeyHash.Of(present), RunBound.Latest, default));
        Assert.NotEqual(0, reads.Count);
    }

    /// <summary>Goal: a filter that the catalog can not keep is read once, and not at every seal again.</summary>
    [Fact]
    public async Task readers_of_an_earlier_manifest_go_on_being_used()
    {
        var store = new MemoryObjectStore();
        var runs = new TestRuns(store);
        var refs = await WriteAsync(runs);
        var catalog = new RunCatalog(store, new BlockCache(1 << 20), indexBytesMax: 64);
        var reads = CountReads(store);
        var before = await catalog.OpenAsync(refs[..^1], default);
        Assert.NotEqual(0, reads.Count);
        reads.Count = 0;
        await catalog.OpenAsync(refs[..^1], before, default);
        Assert.Equal(0, reads.Count);
        var after = await catalog.OpenAsync(refs, before, default);
        Assert.InRange(reads.Count, 1, 4);
        Assert.Same(before.Runs[0], after.Runs[0]);
        Assert.Equal(RunCount, after.Runs.Count);
    }

    private static Counter CountReads(MemoryObjectStore store)
    {
        var counter = new Counter();
        store.Faults = (operation, _) =>
        {
            counter.Count += operation == ObjectOperation.Read ? 1 : 0;
            return ObjectFault.None;
        };
        return counter;
    }

    private static async Task<RunRef[]> WriteAsync(TestRuns runs)
    {
        var refs = new List<RunRef>();
        for (var run = 0; run < RunCount; run++)
        {
            await using var writer = await runs.Store.CreateAsync($"run-{run}", default);
            var first = (run * KeysPerRun) + 1L;
            var target = new RunWriter(writer, $"run-{run}", RunOracle.Agent, first, first + KeysPerRun - 1);
            for (var i = 0; i < KeysPerRun; i++)
                await target.AddAsync(Key(run, i, ""), new(first + i, 0, 0, new((ulong)(first + i) << 16)), default);
            refs.Add(await target.FinishAsync(default));
            Assert.True(await writer.CommitAsync(default));
        }

        return [.. refs];
    }

    private static byte[] Key(int run, int number, string suffix) => System.Text.Encoding.UTF8.GetBytes($"key {number:D6} {run}{suffix}");

    private sealed class Counter
    {
        public int Count { get; set; }
    }
}
