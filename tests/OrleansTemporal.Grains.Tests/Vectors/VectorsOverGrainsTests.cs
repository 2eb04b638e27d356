using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Grains.Tests.Vectors;

/// <summary>Vectors over grains, asked for in the silo and outside of it: the same facade, the same answers.</summary>
public sealed class VectorsOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task vectors_are_written_read_and_found_as_of_their_moments(bool outside)
    {
        var set = SetOf("found", outside);
        await set.CreateAsync(new VectorSettings { Dimensions = 3, Metric = VectorMetric.L2 });
        var first = await set.PutAsync("a", new float[] { 1, -0f, float.Epsilon }, new { tone = 1 });
        await set.PutManyAsync([.. Enumerable.Range(0, 300).Select(static i => new VectorOperation { Id = $"v{i}", Vector = new float[] { i + 2, 0, 0 } })]);
        await set.PutAsync("a", new float[] { 500, 0, 0 });
        var then = (await set.GetAsync("a", AsOf.At(first.Receipt.SystemTime)))!;
        Assert.Equal(new float[] { 1, -0f, float.Epsilon }.Select(BitConverter.SingleToInt32Bits), then.Vector.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(first.Outcomes[0].DistinctionId, then.DistinctionId);
        Assert.Equal(["v0", "v1"], (await set.SearchAsync(new float[] { 1, 0, 0 }, 2)).Matches.Select(static match => match.Id));
        var answer = await set.SearchAsync(new VectorQuery
        {
            Vector = new float[] { 1, 0, 0 },
            Filter = "{\"eq\":{\"field\":\"tone\",\"value\":1}}"u8.ToArray(),
            AsOf = AsOf.After(first.Receipt.Sequence),
        });
        Assert.Equal(("a", 1, "{\"tone\":1}"), (Assert.Single(answer.Matches).Id, answer.Matches[0].Score, System.Text.Encoding.UTF8.GetString(answer.Matches[0].Metadata.Span)));
        Assert.Equal(first.Receipt.SystemTime, answer.SystemTime);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task several_grains_answer_as_one_and_prefer_what_shares_history(bool outside)
    {
        var set = SetOf("spread", outside);
        await set.CreateAsync(new VectorSettings { Dimensions = 1, Metric = VectorMetric.L2, Partitions = 5, Quantization = VectorQuantization.Int8 });
        var written = await set.PutManyAsync([.. Enumerable.Range(0, 200).Select(static i => new VectorOperation { Id = $"v{i}", Vector = new float[] { i } })]);
        Assert.Equal(5, written.Receipts.Length);
        await set.PutAsync("near", new float[] { 1_000 });
        var service = outside ? silo.Client.VectorService : silo.Database.VectorService;
        var of = (await set.GetAsync("v7"))!.WriteId;
        await service.WriteAsync(CallContext.Local, "default", set.Name, new VectorOperation { Id = "kin", Vector = new float[] { 900 } }, [of], CancellationToken.None);
        Assert.Equal(["v7", "v6", "v8"], (await set.SearchAsync(new float[] { 7 }, 3)).Matches.Select(static match => match.Id));
        var answer = await set.SearchAsync(new VectorQuery { Vector = new float[] { 7 }, Causal = new VectorCausal { Near = "kin", Weight = 1 }, Count = 1 });
        Assert.Equal(("kin", 1), (answer.Matches[0].Id, answer.Matches[0].Proximity));
        Assert.DoesNotContain("kin", (await set.SearchAsync(new float[] { 900 }, 300, AsOf.At(written.SystemTime))).Matches.Select(static match => match.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_is_refused_is_refused_with_its_code(bool outside)
    {
        var set = SetOf("refused", outside);
        Assert.Equal(ErrorCodes.CollectionNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await set.PutAsync("a", new float[] { 1 }))).Code);
        await set.CreateAsync(new VectorSettings { Dimensions = 1 });
        Assert.Equal(ErrorCodes.InvalidVector, (await Assert.ThrowsAsync<TemporalException>(async () => await set.PutAsync("a", new float[] { float.NaN }))).Code);
        Assert.Equal(ErrorCodes.KeyNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await set.DeleteAsync("a"))).Code);
        Assert.Equal(ErrorCodes.CollectionExists, (await Assert.ThrowsAsync<TemporalException>(async () => await set.CreateAsync(new VectorSettings { Dimensions = 2 }))).Code);
    }

    [Fact]
    public async Task a_collection_that_was_put_to_sleep_wakes_with_everything_and_gets_its_index_again()
    {
        var set = SetOf("asleep", true);
        var id = new AgentId("default", AgentKind.Vectors, set.Name, 0);
        await set.CreateAsync(new VectorSettings { Dimensions = 4, Neighbours = 4, ConstructionWidth = 20 });
        var random = new Random(1);
        await set.PutManyAsync([.. Enumerable.Range(0, 500).Select(i => new VectorOperation { Id = $"v{i}", Vector = Enumerable.Range(0, 4).Select(_ => random.NextSingle()).ToArray() })]);
        var query = new VectorQuery { Vector = new float[] { 1, 2, 3, 4 }, Mode = VectorMode.Exact };
        var before = await set.SearchAsync(query);
        await silo.DeactivateAsync(id);
        var after = await set.SearchAsync(query);
        Assert.Equal(before.Matches.Select(static match => (match.WriteId, match.Distance)), after.Matches.Select(static match => (match.WriteId, match.Distance)));
        await Eventually.HoldsAsync("the index has everything but the last batch", async () =>
            (await silo.Client.VectorService.GetCollectionAsync(CallContext.Local, "default", set.Name, CancellationToken.None)).Stats.LinkedCount == 500 / VectorGraphBatch.Size * VectorGraphBatch.Size);
    }

    private VectorSet SetOf(string name, bool outside) =>
        outside ? silo.Client.Vectors($"{name}-outside") : silo.Database.Vectors($"{name}-inside");
}
