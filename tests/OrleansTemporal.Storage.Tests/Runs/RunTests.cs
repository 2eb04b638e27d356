using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Storage.Tests.Runs;

public class RunTests
{
    /// <summary>However entries are cut into runs and merged, every find, history and scan answers as the sorted list does.</summary>
    [Fact]
    public async Task runs_answer_as_a_sorted_list_does()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            try
            {
                await CompareAsync(new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    private static async Task CompareAsync(Random random)
    {
        var sequences = random.Next(1, 400);
        var oracle = RunOracle.Make(random, sequences, random.Next(1, 60));
        var runs = TestRuns.InMemory(random.Next(3) == 0 ? 0 : 1 << 20);
        var options = new RunOptions { BlockBytes = random.Next(40, 1_500), Codec = (BlockCodec)random.Next(3), PackedPercentMax = 90 };
        var parts = new List<RunReader>();
        for (var first = 1; first <= sequences;)
        {
            var last = Math.Min(sequences, first + random.Next(0, 200));
            parts.Add(await runs.WriteAsync(oracle, first, last, $"run-{first}", options));
            first = last + 1;
        }

        var set = new RunSet(parts);
        await CompareAsync(random, oracle, set, sequences);
        var merged = await runs.MergeAsync(parts, "merged", options);
        Assert.Equal(oracle.Entries.Count, merged.Run.EntryCount);
        Assert.Equal(oracle.Entries.Select(item => Convert.ToHexString(item.Key)).Distinct().Count(), merged.Run.KeyCount);
        await CompareAsync(random, oracle, new RunSet([merged]), sequences);
    }

    private static async Task CompareAsync(Random random, RunOracle oracle, RunSet set, int sequences)
    {
        for (var i = 0; i < 60; i++)
        {
            var key = random.Next(4) == 0 ? RunOracle.RandomKey(random) : oracle.Keys[random.Next(oracle.Keys.Count)];
            var bound = RunOracle.RandomBound(random, sequences, oracle);
            var hash = KeyHash.Of(key);
            Assert.Equal(oracle.Find(key, bound), await set.FindAsync(key, hash, bound, default));
            var history = oracle.History(key, bound);
            Assert.Equal(history, await ToListAsync(set.HistoryAsync(key, hash, bound, newestFirst: true, default)));
            history.Reverse();
            Assert.Equal(history, await ToListAsync(set.HistoryAsync(key, hash, bound, newestFirst: false, default)));
            await CompareScanAsync(random, oracle, set, key, bound);
        }
    }

    private static async Task CompareScanAsync(Random random, RunOracle oracle, RunSet set, byte[] key, RunBound bound)
    {
        var prefix = key[..random.Next(key.Length + 1)];
        var expected = oracle.Entries.Where(item => item.Key.AsSpan().StartsWith(prefix)).ToList();
        var cursor = set.OpenCursor(prefix);
        var more = await cursor.MoveNextAsync(default);
        if (random.Next(2) == 0)
        {
            expected.RemoveAll(item => item.Key.AsSpan().SequenceCompareTo(key) < 0
                || (item.Key.AsSpan().SequenceEqual(key) && !bound.Includes(item.Entry)));
            more = await cursor.SeekAsync(key, bound, default);
        }

        var steps = random.Next(30);
        foreach (var (expectedKey, entry) in expected.Take(steps))
        {
            Assert.True(more);
            Assert.Equal(expectedKey, cursor.Key.ToArray());
            Assert.Equal(entry, cursor.Current);
            more = await cursor.MoveNextAsync(default);
        }

        if (!more)
        {
            Assert.True(expected.Count <= steps);
            return;
        }

        var rest = expected.Skip(steps).Select(item => item.Key).Where(item => !item.AsSpan().SequenceEqual(cursor.Key)).ToList();
        Assert.Equal(rest.Count > 0, await cursor.MoveToNextKeyAsync(default));
        if (rest.Count > 0)
            Assert.Equal(rest[0], cursor.Key.ToArray());
    }

    [Fact]
    public async Task a_cursor_goes_back_the_way_it_came()
    {
        var oracle = RunOracle.Make(new Random(7), 500, 40);
        var run = await TestRuns.InMemory().WriteAsync(oracle, 1, 500, "r", new() { BlockBytes = 300 });
        var cursor = run.OpenCursor();
        while (await cursor.MoveNextAsync(default))
        {
        }

        for (var i = oracle.Entries.Count - 1; i >= 0; i--)
        {
            Assert.True(await cursor.MovePreviousAsync(default));
            Assert.Equal(oracle.Entries[i].Entry, cursor.Current);
            Assert.Equal(oracle.Entries[i].Key, cursor.Key.ToArray());
        }

        Assert.False(await cursor.MovePreviousAsync(default));
        Assert.True(await cursor.MoveNextAsync(default));
        Assert.Equal(oracle.Entries[0].Entry, cursor.Current);
    }

    [Fact]
    public async Task a_find_completes_at_once_when_the_block_is_cached()
    {
        var oracle = RunOracle.Make(new Random(8), 300, 30);
        var run = await TestRuns.InMemory().WriteAsync(oracle, 1, 300, "r");
        var key = oracle.Keys[0];
        await run.FindAsync(key, KeyHash.Of(key), RunBound.Latest, default);
        var found = run.FindAsync(key, KeyHash.Of(key), RunBound.Latest, default);
        Assert.True(found.IsCompleted);
        Assert.Equal(oracle.Find(key, RunBound.Latest), await found);
    }

    [Fact]
    public async Task a_run_without_entries_finds_nothing()
    {
        var run = await TestRuns.InMemory().WriteAsync(new RunOracle(), 5, 9, "r");
        Assert.Null(await run.FindAsync("x"u8.ToArray(), KeyHash.Of("x"u8), RunBound.Latest, default));
        var cursor = run.OpenCursor();
        Assert.False(await cursor.MoveNextAsync(default));
        Assert.False(await cursor.MovePreviousAsync(default));
        Assert.Equal((5, 9, 0), (run.Run.FirstSequence, run.Run.LastSequence, run.Run.EntryCount));
    }

    [Fact]
    public async Task absent_keys_rarely_pass_the_filter()
    {
        var oracle = new RunOracle();
        for (var i = 0; i < 20_000; i++)
            oracle.Entries.Add((Encoding.UTF8.GetBytes($"key-{i:d6}"), new(1 + i, 0, 0, new((ulong)i + 1))));
        var run = await TestRuns.InMemory().WriteAsync(oracle, 1, 20_000, "r");
        Assert.All(oracle.Entries, item => Assert.True(run.MightContain(KeyHash.Of(item.Key))));
        var passed = Enumerable.Range(0, 100_000).Count(i => run.MightContain(KeyHash.Of(Encoding.UTF8.GetBytes($"absent-{i}"))));
        Assert.InRange(passed, 0, 2_000);
    }

    [Fact]
    public async Task entries_out_of_order_are_refused()
    {
        await using var writer = await new MemoryObjectStore().CreateAsync("r", default);
        var run = new RunWriter(writer, "r", RunOracle.Agent, 10, 20);
        await run.AddAsync("b"u8, new(15, 1, 0, new(15)), default);
        AssertBroken(() => run.AddAsync("a"u8, new(15, 1, 0, new(15)), default));
        AssertBroken(() => run.AddAsync("b"u8, new(16, 0, 0, new(16)), default));
        AssertBroken(() => run.AddAsync("b"u8, new(15, 1, 0, new(15)), default));
        AssertBroken(() => run.AddAsync("c"u8, new(9, 0, 0, new(9)), default));
        AssertBroken(() => run.AddAsync("c"u8, new(21, 0, 0, new(9)), default));
        AssertBroken(() => run.AddAsync(new byte[RunOptions.KeyBytesMax + 1], new(12, 0, 0, new(9)), default));
        await run.AddAsync("b"u8, new(15, 0, 0, new(15)), default);
        await run.AddAsync("b"u8, new(14, 9, 0, new(14)), default);
    }

    [Fact]
    public async Task runs_that_are_not_adjacent_are_not_merged()
    {
        var runs = TestRuns.InMemory();
        var first = await runs.WriteAsync(new RunOracle(), 1, 5, "a");
        var second = await runs.WriteAsync(new RunOracle(), 7, 9, "b");
        var exception = await Assert.ThrowsAsync<TemporalException>(() => runs.MergeAsync([first, second], "m"));
        Assert.Equal(ErrorCodes.InvariantBroken, exception.Code);
    }

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999UL)]
    [InlineData("a", 0xD24EC4F1A98C6E5BUL)]
    [InlineData("abc", 0x44BC2CF5AD770999UL)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1UL)]
    public void the_hash_is_xxh64(string key, ulong hash) => Assert.Equal(hash, KeyHash.Of(Encoding.UTF8.GetBytes(key)));

    private static void AssertBroken(Func<ValueTask> action) =>
        Assert.Equal(ErrorCodes.InvariantBroken, Assert.Throws<TemporalException>(() => action().AsTask().Wait()).Code);

    private static async Task<List<RunEntry>> ToListAsync(IAsyncEnumerable<RunEntry> entries)
    {
        var list = new List<RunEntry>();
        await foreach (var entry in entries)
            list.Add(entry);
        return list;
    }
}
