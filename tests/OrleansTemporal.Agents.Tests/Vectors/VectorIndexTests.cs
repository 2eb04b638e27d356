using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>The index is derived: whatever it has linked, answers are about everything that is there.</summary>
public sealed class VectorIndexTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task after_a_restart_everything_is_found_before_the_index_is_made_again_and_after(bool isClean)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small(8));
        var random = new Random(1);
        var vectors = Enumerable.Range(0, 1_500).Select(_ => Draw(random, 8)).ToArray();
        foreach (var part in Enumerable.Range(0, vectors.Length).Chunk(100))
        {
            await store.Set().PutManyAsync([.. part.Select(i => VectorTestCalls.Put($"v{i}", vectors[i]))]);
        }

        await store.MaintainAsync();
        Assert.Equal(1_500 / VectorGraphBatch.Size * VectorGraphBatch.Size, (await store.StatsAsync()).LinkedCount);
        var query = Draw(random, 8);
        var truth = TruthOf(vectors, query);
        Assert.Equal(truth, await NearestAsync(store, query, VectorMode.Exact));
        await store.ReopenAsync(isClean);
        Assert.Equal(truth, await NearestAsync(store, query, VectorMode.Auto));
        await store.MaintainAsync();
        Assert.Equal(1_500 / VectorGraphBatch.Size * VectorGraphBatch.Size, (await store.StatsAsync()).LinkedCount);
        var found = await NearestAsync(store, query, VectorMode.Thorough);
        Assert.True(found.Intersect(truth).Count() >= 9);
    }

    [Fact]
    public async Task what_is_not_linked_yet_is_found_beside_what_is()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small(8));
        var random = new Random(2);
        var vectors = Enumerable.Range(0, 5_000).Select(_ => Draw(random, 8)).ToArray();
        foreach (var part in Enumerable.Range(0, vectors.Length).Chunk(500))
        {
            await store.Set().PutManyAsync([.. part.Select(i => VectorTestCalls.Put($"v{i}", vectors[i]))]);
        }

        await store.MaintainAsync();
        var query = Draw(random, 8);
        var answer = await store.Set().SearchAsync(new VectorQuery { Vector = query, Width = 20 });
        Assert.Equal(VectorMode.Auto, answer.Mode);
        var before = AsOf.At(answer.SystemTime);
        await store.Set().PutAsync("new", query);
        answer = await store.Set().SearchAsync(new VectorQuery { Vector = query, Width = 20 });
        Assert.Equal((VectorMode.Auto, "new", 0), (answer.Mode, answer.Matches[0].Id, answer.Matches[0].Distance));
        Assert.DoesNotContain("new", await store.Set().NearestAsync(query, asOf: before));
        await store.Set().DeleteAsync("new");
        Assert.DoesNotContain("new", await store.Set().NearestAsync(query));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task an_index_that_was_stored_is_there_at_once_and_a_damaged_one_is_made_again(bool isDamaged)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small(4));
        var random = new Random(3);
        foreach (var part in Enumerable.Range(0, VectorIndex.EraRowsMin + 100).Chunk(600))
        {
            await store.Set().PutManyAsync([.. part.Select(i => VectorTestCalls.Put($"v{i}", Draw(random, 4)))]);
        }

        await store.MaintainAsync();
        var linked = (await store.StatsAsync()).LinkedCount;
        Assert.InRange(linked, VectorIndex.EraRowsMin, VectorIndex.EraRowsMin + 100);
        var graphs = Assert.Single(await GraphsAsync(store));
        if (isDamaged)
        {
            var content = new byte[graphs.LengthBytes];
            Assert.Equal(content.Length, await store.Objects.ReadAsync(graphs.Path, 0, content, CancellationToken.None));
            content[content.Length / 2] ^= 1;
            var stored = (await store.Objects.GetAsync(graphs.Path, CancellationToken.None))!;
            Assert.NotNull(await store.Objects.PutIfMatchAsync(graphs.Path, content, stored.Tag, CancellationToken.None));
        }

        await store.Set().PutAsync("late", new float[] { 9, 9, 9, 9 });
        await store.ReopenAsync(clean: false);
        Assert.Equal(isDamaged ? 0 : linked, (await store.StatsAsync()).LinkedCount);
        Assert.Equal(["late"], await store.Set().NearestAsync([9, 9, 9, 9], 1));
        await store.MaintainAsync();
        Assert.Equal(linked, (await store.StatsAsync()).LinkedCount);
        Assert.Single(await GraphsAsync(store));
    }

    [Fact]
    public async Task an_index_that_an_earlier_release_stored_is_taken_over_and_one_without_its_graphs_is_made_again()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small(4));
        var random = new Random(4);
        foreach (var part in Enumerable.Range(0, VectorIndex.EraRowsMin + 100).Chunk(600))
        {
            await store.Set().PutManyAsync([.. part.Select(i => VectorTestCalls.Put($"v{i}", Draw(random, 4)))]);
        }

        await store.MaintainAsync();
        var linked = (await store.StatsAsync()).LinkedCount;
        var graphs = Assert.Single(await GraphsAsync(store));
        var path = $"default/vectors/{Name}/0/index";
        var content = (await store.Objects.GetAsync(graphs.Path, CancellationToken.None))!.Content;
        var stored = (await store.Objects.GetAsync(path, CancellationToken.None))!;
        Assert.NotNull(await store.Objects.PutIfMatchAsync(path, content, stored.Tag, CancellationToken.None));
        await store.Objects.DeleteAsync(graphs.Path, CancellationToken.None);
        await store.ReopenAsync(clean: true);
        Assert.Equal(linked, (await store.StatsAsync()).LinkedCount);

        stored = (await store.Objects.GetAsync(path, CancellationToken.None))!;
        Assert.NotNull(await store.Objects.PutIfMatchAsync(path, new VectorIndexPointer(1, 100).Write(), stored.Tag, CancellationToken.None));
        await store.ReopenAsync(clean: true);
        Assert.Equal(0, (await store.StatsAsync()).LinkedCount);
        await store.MaintainAsync();
        Assert.Equal(linked, (await store.StatsAsync()).LinkedCount);
    }

    [Fact]
    public async Task vectors_count_against_the_memory_of_the_process_and_documents_make_room()
    {
        var roomy = await FillAsync(long.MaxValue);
        var narrow = await FillAsync(256 << 10);
        Assert.True(roomy.After >= roomy.Before + (2_000 * 64 * sizeof(float)), "vectors and their graph are counted");
        Assert.True(narrow.After <= roomy.After - (64 << 10), "documents that are sealed have made room");

        static async Task<(long Before, long After)> FillAsync(long bytesMax)
        {
            await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 64 << 10, MemoryBytesMax = bytesMax });
            for (var i = 0; i < 40; i++)
            {
                await store.PutAsync($"k{i}", $"\"{new string('x', 4_000)}\"");
            }

            var before = store.Database.MemoryBytes;
            await store.Set().CreateAsync(Small(64));
            var random = new Random(5);
            await store.Set().PutManyAsync([.. Enumerable.Range(0, 2_000).Select(i => VectorTestCalls.Put($"v{i}", Draw(random, 64)))]);
            await store.MaintainAsync();
            Assert.Equal($"\"{new string('x', 4_000)}\"", await store.GetAsync("k0"));
            var after = store.Database.MemoryBytes;
            await store.ReopenAsync(clean: true);
            Assert.Equal(2_000, (await store.StatsAsync()).Count);
            Assert.True(store.Database.MemoryBytes >= 2_000 * 64 * sizeof(float), "what a new life has folded is counted");
            return (before, after);
        }
    }

    [Fact]
    public async Task verification_reads_the_chain_of_a_collection()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small());
        await store.Set().PutAsync("a", new float[] { 1, 2, 3 });
        var reports = await store.Database.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None);
        var report = Assert.Single(reports, static report => report.Agent.Kind == AgentKind.Vectors);
        Assert.Equal((2, null), (report.DeltaCount, report.Fault));
    }

    private static async Task<ObjectInfo[]> GraphsAsync(HeldStore store) =>
        await store.Objects.ListAsync($"default/vectors/{Name}/0/index-", CancellationToken.None).ToArrayAsync();

    private static async Task<string[]> NearestAsync(TestStore store, float[] query, VectorMode mode) =>
        [.. (await store.Set().SearchAsync(new VectorQuery { Vector = query, Mode = mode })).Matches.Select(static match => match.Id)];

    private static string[] TruthOf(float[][] vectors, float[] query) =>
    [
        .. Enumerable.Range(0, vectors.Length)
            .OrderBy(i => vectors[i].Zip(query).Sum(static pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second)))
            .Take(10)
            .Select(i => $"v{i}"),
    ];

    private static float[] Draw(Random random, int dimensions) => [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle())];
}
