using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: a vector that is written again, under whatever id, takes its bytes of a segment once, and is read back bit by bit.</summary>
public sealed class VectorSegmentTests
{
    private const int Dimensions = 256;
    private const int Vectors = 60;
    private const int Rounds = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task equal_vectors_are_stored_once_in_a_segment_and_read_as_of_every_moment(int seed)
    {
        await using var same = await HeldStore.OpenAsync();
        await using var others = await HeldStore.OpenAsync();
        var known = Draw(new Random(seed));
        var history = await FillAsync(same, new Random(seed), _ => known);
        await FillAsync(others, new Random(seed), round => Draw(new Random(1_000 + round)));

        const long Values = Vectors * Dimensions * sizeof(float);
        Assert.InRange(await SealedBytesAsync(same), Values / 2, Values * 2);
        Assert.True(await SealedBytesAsync(others) > Values * Rounds / 2, "without repetitions nothing is saved");
        await same.ReopenAsync(clean: false);
        Assert.Equal(Vectors, (await same.StatsAsync()).RowCount);
        foreach (var (time, live) in history)
        {
            foreach (var (id, number) in live)
            {
                var version = await same.Set().GetAsync(id, AsOf.At(time));
                Assert.Equal(known[number].AsSpan(), version!.Vector.Span);
            }
        }

        var reports = await same.Database.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None);
        Assert.All(reports, static report => Assert.Null(report.Fault));
    }

    // A batch holds some vectors twice, and every batch holds those of the batch before under other ids.
    private static async Task<List<(HybridTimestamp Time, Dictionary<string, int> Live)>> FillAsync(HeldStore store, Random random, Func<int, float[][]> vectorsOf)
    {
        await store.Set().CreateAsync(Small(Dimensions));
        var live = new Dictionary<string, int>();
        var history = new List<(HybridTimestamp, Dictionary<string, int>)>();
        for (var round = 0; round < Rounds; round++)
        {
            var operations = new List<VectorOperation>();
            var vectors = vectorsOf(round);
            for (var number = 0; number < Vectors; number++)
            {
                var id = $"v{random.Next(2 * Vectors)}";
                operations.Add(Put(id, vectors[number]));
                live[id] = number;
            }

            var gone = live.Keys.Order().First();
            operations.Add(Remove(gone));
            live.Remove(gone);
            for (var number = 0; number < 3; number++)
            {
                operations.Add(Put($"again{number}", vectors[number]));
                live[$"again{number}"] = number;
            }

            var written = await store.Set().PutManyAsync([.. operations]);
            history.Add((written.SystemTime, new(live)));
        }

        return history;
    }

    private static async Task<long> SealedBytesAsync(HeldStore store)
    {
        var agent = store.Database.Directory.Get<VectorAgent>(new AgentId("default", AgentKind.Vectors, Name, 0));
        while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None))
        {
        }

        return store.Objects.Objects.Where(static item => item.Path.EndsWith(".seg", StringComparison.Ordinal)).Sum(static item => item.LengthBytes);
    }

    private static float[][] Draw(Random random) =>
        [.. Enumerable.Range(0, Vectors).Select(_ => Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle()).ToArray())];
}
