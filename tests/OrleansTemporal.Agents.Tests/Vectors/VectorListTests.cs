using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: pages of a collection are together what a list of writes says of their moment, whatever is written between them.</summary>
public sealed class VectorListTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 5)]
    public async Task pages_are_what_a_list_of_writes_says_of_their_moment(int seed, int partitions)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        await store.Set().CreateAsync(Small() with { Partitions = partitions });
        var model = new Dictionary<string, float>();
        var moments = new List<(HybridTimestamp Time, Dictionary<string, float> Live)>();
        for (var step = 0; step < 150; step++)
        {
            if (random.Next(25) == 0)
            {
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }

            moments.Add((await WriteAsync(store, random, model, step), new(model)));
            if (random.Next(4) == 0)
            {
                var (time, live) = moments[random.Next(moments.Count)];
                await CompareAsync(store, random, AsOf.At(time), live);
                await CompareAsync(store, random, default, new(model), () => WriteAsync(store, random, model, 1_000 + step));
                moments.Add((await WriteAsync(store, random, model, 2_000 + step), new(model)));
            }
        }
    }

    [Fact]
    public async Task a_page_ends_at_its_bytes_and_goes_past_what_is_dead()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small(Limits.VectorDimensionsMax));
        const int Each = Limits.VectorDimensionsMax * sizeof(float);
        const int Rows = (2 * Limits.VectorPageBytesMax / Each) + 1;
        await store.Set().PutManyAsync([.. Enumerable.Range(0, Rows).Select(static i => Put($"v{i}", Filled(i)))]);
        var first = await PageAsync(store, null, Limits.PageCountMax);
        Assert.Equal(Limits.VectorPageBytesMax / Each, first.Versions.Length);
        Assert.Equal(Rows, await store.Set().ListAsync().CountAsync());

        var dead = store.Set("dead");
        await dead.CreateAsync(Small(1));
        for (var i = 0; i < 17; i++)
        {
            await dead.PutManyAsync([.. Enumerable.Range(0, Limits.BatchCountMax).Select(static _ => Put("same", [1]))]);
        }

        var page = await store.Database.VectorService.ListAsync(CallContext.Local, "default", "dead", null, 10, default, CancellationToken.None);
        Assert.Empty(page.Versions);
        Assert.NotNull(page.Next);
        Assert.Equal("same", (await dead.ListAsync().SingleAsync()).Id);

        static float[] Filled(int value)
        {
            var vector = new float[Limits.VectorDimensionsMax];
            vector.AsSpan().Fill(value);
            return vector;
        }
    }

    [Fact]
    public async Task what_is_no_page_is_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        await RefusedAsync(ErrorCodes.CollectionNotFound, () => PageAsync(store, null, 1));
        await store.Set().CreateAsync(Small() with { Partitions = 2 });
        Assert.Empty((await PageAsync(store, null, 1)).Versions);
        await RefusedAsync(ErrorCodes.InvalidField, () => PageAsync(store, null, 0));
        await RefusedAsync(ErrorCodes.InvalidField, () => PageAsync(store, null, Limits.PageCountMax + 1));
        await RefusedAsync(ErrorCodes.SequenceNeedsOneAgent, () => store.Set().ListAsync(AsOf.After(1)).CountAsync().AsTask());
        foreach (var text in new[] { "", "1.2", "0.0.0", "x.0.0", "1.-1.0", "1.0.99999999999", "1.0.0.0" })
        {
            Assert.False(VectorListCursor.TryParse(text, out _));
        }

        // Places that no page ended at are behind everything.
        var written = await store.Set().PutAsync("a", new float[] { 1, 2, 3 });
        var beyond = await PageAsync(store, new VectorListCursor(written.Receipt.SystemTime, 7, int.MaxValue), 1);
        Assert.Equal((0, null), (beyond.Versions.Length, beyond.Next));
        Assert.Empty((await PageAsync(store, new VectorListCursor(written.Receipt.SystemTime, 1, int.MaxValue), 1)).Versions);
    }

    private static async Task<HybridTimestamp> WriteAsync(HeldStore store, Random random, Dictionary<string, float> model, int step)
    {
        var id = $"v{random.Next(40)}";
        if (model.Remove(id) && random.Next(3) == 0)
        {
            return (await store.Set().DeleteAsync(id)).Receipt.SystemTime;
        }

        model[id] = step;
        return (await store.Set().PutAsync(id, new float[] { step, 1, 1 }, new { step })).Receipt.SystemTime;
    }

    private static async Task CompareAsync(HeldStore store, Random random, AsOf asOf, Dictionary<string, float> live, Func<Task>? between = null)
    {
        var found = new Dictionary<string, float>();
        VectorListCursor? cursor = null;
        do
        {
            var page = await store.Database.VectorService.ListAsync(CallContext.Local, "default", Name, cursor, 1 + random.Next(12), asOf, CancellationToken.None);
            foreach (var version in page.Versions)
            {
                Assert.Equal($$"""{"step":{{version.Vector.Span[0]}}}""", System.Text.Encoding.UTF8.GetString(version.Metadata.Span));
                found.Add(version.Id, version.Vector.Span[0]);
            }

            cursor = page.Next;
            Assert.True(cursor is null || (VectorListCursor.TryParse(cursor.ToString(), out var read) && read == cursor));
            if (between is not null)
            {
                await between();
            }
        }
        while (cursor is not null);
        Assert.Equal(live.OrderBy(static pair => pair.Key), found.OrderBy(static pair => pair.Key));
    }

    private static Task<VectorList> PageAsync(TestStore store, VectorListCursor? cursor, int limit) =>
        store.Database.VectorService.ListAsync(CallContext.Local, "default", Name, cursor, limit, default, CancellationToken.None).AsTask();
}
