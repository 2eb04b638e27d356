using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: where everything is compared, a collection over several partitions answers as one over a single partition does, as of every moment.</summary>
public sealed class VectorPartitionTests
{
    private const int Dimensions = 4;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 16)]
    public async Task several_partitions_answer_as_one_does(int seed, int partitions)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        var metric = (VectorMetric)(1 + (seed % 3));
        var (one, many) = (store.Set("one"), store.Set("many"));
        await one.CreateAsync(Small(Dimensions, metric));
        await many.CreateAsync(Small(Dimensions, metric) with { Partitions = partitions });
        var moments = new List<(HybridTimestamp One, HybridTimestamp Many)>();
        var live = new HashSet<string>();
        for (var step = 0; step < 120; step++)
        {
            if (random.Next(20) == 0)
            {
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }

            ImmutableArray<VectorOperation> operations = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Next(random, live))];
            var written = (await one.PutManyAsync(operations), await many.PutManyAsync(operations));
            Assert.Equal(written.Item1.Outcomes.Select(static outcome => (outcome.Id, outcome.Created, outcome.DistinctionId)), written.Item2.Outcomes.Select(static outcome => (outcome.Id, outcome.Created, outcome.DistinctionId)));
            moments.Add((written.Item1.SystemTime, written.Item2.SystemTime));
            var (asOfOne, asOfMany) = random.Next(2) == 0 ? default : moments[random.Next(moments.Count)];
            await CompareAsync(one, many, random, asOfOne == default ? default : AsOf.At(asOfOne), asOfMany == default ? default : AsOf.At(asOfMany));
        }

        Assert.Equal((await store.StatsAsync("one")).Count, (await store.StatsAsync("many")).Count);
        Assert.Equal((await store.StatsAsync("one")).VersionCount, (await store.StatsAsync("many")).VersionCount);
    }

    [Fact]
    public async Task a_batch_over_several_partitions_is_looked_at_whole_and_repeated_once()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small() with { Partitions = 4 });
        ImmutableArray<VectorOperation> operations = [.. Enumerable.Range(0, 20).Select(static i => Put($"v{i}", [i, 0, 0]))];
        await RefusedAsync(ErrorCodes.InvalidVector, () => store.Set().PutManyAsync([.. operations, Put("bad", [1, 2])]).AsTask());
        await RefusedAsync(ErrorCodes.InvalidKey, () => store.Set().PutManyAsync([.. operations, Put("", [1, 2, 3])]).AsTask());
        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.Set().PutManyAsync([.. operations, Remove("none")]).AsTask());
        Assert.Equal(0, (await store.StatsAsync()).VersionCount);

        var first = await BatchAsync(store, operations);
        Assert.Equal(4, first.Receipts.Length);
        Assert.Equal(operations.Select(static operation => operation.Id), first.Outcomes.Select(static outcome => outcome.Id));
        Assert.False(first.Replayed);
        var again = await BatchAsync(store, operations);
        Assert.True(again.Replayed);
        Assert.Equal(first.Receipts.Select(static receipt => (receipt.Agent, receipt.Sequence)), again.Receipts.Select(static receipt => (receipt.Agent, receipt.Sequence)));
        Assert.Equal(first.Outcomes.Select(static outcome => outcome.WriteId), again.Outcomes.Select(static outcome => outcome.WriteId));
        Assert.Equal(20, (await store.StatsAsync()).VersionCount);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => BatchAsync(store, [Put("v0", [9, 9, 9])]));
        await RefusedAsync(ErrorCodes.SequenceNeedsOneAgent, () => store.Set().SearchAsync(new float[] { 1, 2, 3 }, asOf: AsOf.After(1)).AsTask());
        Assert.Equal(new float[] { 7, 0, 0 }, (await store.Set().GetAsync("v7"))!.Vector.ToArray());

        await RefusedAsync(ErrorCodes.InvalidField, () => store.Set("none").CreateAsync(Small() with { Partitions = 0 }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => store.Set("none").CreateAsync(Small() with { Partitions = Limits.PartitionsMax + 1 }).AsTask());
        await RefusedAsync(ErrorCodes.CollectionExists, () => store.Set().CreateAsync(Small() with { Partitions = 5 }).AsTask());
    }

    [Fact]
    public async Task agents_of_a_collection_that_was_deleted_are_listed_and_verified()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small() with { Partitions = 3 });
        var written = await store.Set().PutManyAsync([.. Enumerable.Range(0, 20).Select(static i => Put($"v{i}", [i, 0, 0]))]);
        await store.Database.VectorService.DeleteCollectionAsync(CallContext.Local, "default", Name, CancellationToken.None);
        Assert.Equal(3, await CountAsync(store));
        await store.Set().CreateAsync(Small());
        await store.Set().PutAsync("v0", new float[] { 1, 2, 3 });
        Assert.Equal(3, await CountAsync(store));
        var reports = await store.Database.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None);
        Assert.Equal(3, reports.Count(static report => report.Agent.Kind == AgentKind.Vectors && report.Fault is null && report.DeltaCount > 1));
        Assert.Equal(["v7"], await store.Set().NearestAsync([7, 0, 0], 1, AsOf.At(written.SystemTime)));
    }

    private static async Task<int> CountAsync(TestStore store) =>
        (await store.Database.Agents.ListAsync(CallContext.Local, "default", AgentKind.Vectors, CancellationToken.None)).Length;

    private static VectorOperation Next(Random random, HashSet<string> live)
    {
        var id = $"v{random.Next(60)}";
        if (live.Contains(id) && random.Next(4) == 0)
        {
            live.Remove(id);
            return Remove(id);
        }

        live.Add(id);
        return Put(id, [1 + random.NextSingle(), random.NextSingle(), random.NextSingle(), random.NextSingle()], $$"""{"tone":{{random.Next(3)}}}""");
    }

    private static async Task CompareAsync(VectorSet one, VectorSet many, Random random, AsOf asOfOne, AsOf asOfMany)
    {
        var query = new VectorQuery
        {
            Vector = new float[] { 1 + random.NextSingle(), random.NextSingle(), random.NextSingle(), random.NextSingle() },
            Count = 1 + random.Next(20),
            Mode = VectorMode.Exact,
            Filter = random.Next(2) == 0 ? default : Encoding.UTF8.GetBytes("""{"eq":{"field":"tone","value":1}}"""),
            Threshold = random.Next(2) == 0 ? null : 0.5,
        };
        var (left, right) = (await one.SearchAsync(query with { AsOf = asOfOne }), await many.SearchAsync(query with { AsOf = asOfMany }));
        Assert.Equal(left.Matches.Select(static match => (match.Id, match.Distance, match.Score)), right.Matches.Select(static match => (match.Id, match.Distance, match.Score)));
        Assert.Equal(VectorMode.Exact, right.Mode);
        var id = $"v{random.Next(60)}";
        var (mine, theirs) = (await one.GetAsync(id, asOfOne), await many.GetAsync(id, asOfMany));
        Assert.Equal(mine?.Vector.ToArray(), theirs?.Vector.ToArray());
    }

    private static Task<VectorBatchResult> BatchAsync(TestStore store, ImmutableArray<VectorOperation> operations) =>
        store.Database.VectorService.BatchAsync(Idempotent("k"), "default", Name, operations, CancellationToken.None).AsTask();
}
