using System.Text;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>
/// Goal: the index over what is in memory answers as a dictionary would, through every size it grows to and whatever was let
/// go; and who looks at it without the gate is told nothing worse than what is out of date.
/// </summary>
public sealed class KvMemoryTests
{
    private const int GenerationsMax = 4;

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 5_000)]
    [InlineData(3, 200_000)]
    public void memory_finds_the_newest_of_each_key_it_still_has(int seed, int keys)
    {
        var random = new Random(seed);
        var memory = new KvMemory(1);
        var newest = new Dictionary<string, (int Generation, ulong Time)>();
        for (var write = 1; write <= keys * 2; write++)
        {
            var key = $"key{random.Next(keys)}";
            Write(memory, key, (ulong)write);
            newest[key] = (memory.Active.Number, (ulong)write);
            if (random.Next(keys / 5) == 0)
            {
                memory.Cut(write + 1);
            }

            if (memory.Generations.Count > GenerationsMax)
            {
                memory.RemoveOldest();
            }
        }

        var oldest = memory.Oldest.Number;
        Assert.True(oldest > 1, $"seed {seed}: nothing was let go");
        for (var i = 0; i < keys; i++)
        {
            var key = $"key{i}";
            ulong? expected = newest.TryGetValue(key, out var last) && last.Generation >= oldest ? last.Time : null;
            Assert.Equal(expected, Newest(memory, key));
            Assert.True(expected is null || MayHold(memory, key), $"seed {seed}: {key} is there and was not guessed");
        }

        Assert.False(MayHold(memory, "never written"));
        memory.Clear(1);
        Assert.Null(Newest(memory, "key1"));
        Assert.False(MayHold(memory, "key1"));
    }

    [Fact]
    public async Task whoever_looks_without_the_gate_disturbs_nobody_and_fails_at_nothing()
    {
        const int Keys = 30_000;
        var memory = new KvMemory(1);
        using var ended = new CancellationTokenSource();
        var seen = new int[2];
        var looking = Enumerable.Range(0, seen.Length).Select(looker => Task.Run(() =>
        {
            var random = new Random(looker);
            while (!ended.IsCancellationRequested)
            {
                Interlocked.Add(ref seen[looker], MayHold(memory, $"key{random.Next(Keys)}") ? 1 : 0);
            }
        })).ToArray();
        var writer = new Random(3);
        for (var round = 0; round < 12 || seen.Any(static count => count < Keys); round++)
        {
            // Ends when a looker has failed, and says so.
            Assert.DoesNotContain(looking, static looker => looker.IsCompleted);
            for (var write = 1; write <= Keys; write++)
            {
                Write(memory, $"key{writer.Next(Keys)}", (ulong)write);
                if (write % 10_000 == 0)
                {
                    memory.Cut(write + 1);
                    memory.RemoveOldest();
                }
            }

            memory.Clear(1);
        }

        await ended.CancelAsync();
        await Task.WhenAll(looking);
    }

    [Fact]
    public void an_array_made_ahead_is_empty_and_belongs_to_one_taker()
    {
        var taken = new HashSet<Numbered[]>();
        for (var round = 0; round < 20; round++)
        {
            foreach (var length in new[] { 256, 1_024, 256 })
            {
                var array = SparesOf<Numbered>.Take(length);
                Assert.Equal(length, array.Length);
                Assert.All(array, static value => Assert.Equal(default, value));
                Assert.True(taken.Add(array), "an array was handed out twice");
                Array.Fill(array, new Numbered(round, 1));
            }

            if (round % 3 != 0)
            {
                SpareArrays.Provide();
            }
        }
    }

    private static void Write(KvMemory memory, string key, ulong time)
    {
        var entry = memory.Enter(new KvLookup(Encoding.UTF8.GetBytes(key)));
        ref var row = ref memory.Active.AddVersion(entry, time);
        row.Extras = -1;
    }

    private static ulong? Newest(KvMemory memory, string key) =>
        memory.Find(new KvLookup(Encoding.UTF8.GetBytes(key))) is { } found ? found.Newest.Time : null;

    private static bool MayHold(KvMemory memory, string key) => memory.MayHold(KvLookup.HashOf(Encoding.UTF8.GetBytes(key)));

    private readonly record struct Numbered(long Number, long Other);
}
