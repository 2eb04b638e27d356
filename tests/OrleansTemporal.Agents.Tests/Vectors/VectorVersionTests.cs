using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

public sealed class VectorVersionTests
{
    [Fact]
    public async Task every_version_is_read_and_found_as_of_its_time_and_its_sequence()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small());
        var first = await set.PutAsync("a", new float[] { 1, 0, 0 }, new { tone = 1 });
        var second = await set.PutAsync("a", new float[] { 0, 1, 0 });
        var gone = await set.DeleteAsync("a");
        Assert.Equal((true, false, false), (first.Outcomes[0].Created, second.Outcomes[0].Created, gone.Outcomes[0].Created));
        Assert.Equal(first.Outcomes[0].WriteId, second.Outcomes[0].PreviousWriteId);

        Assert.Null(await set.GetAsync("a"));
        Assert.Empty(await set.NearestAsync([1, 0, 0]));
        foreach (var asOf in new[] { AsOf.At(first.Receipt.SystemTime), AsOf.After(first.Receipt.Sequence) })
        {
            var version = (await set.GetAsync("a", asOf))!;
            Assert.Equal(new float[] { 1, 0, 0 }, version.Vector.ToArray());
            Assert.Equal("""{"tone":1}""", Encoding.UTF8.GetString(version.Metadata.Span));
            Assert.Equal(first.Outcomes[0].WriteId, version.WriteId);
            var match = Assert.Single((await set.SearchAsync(new float[] { 1, 0, 0 }, asOf: asOf)).Matches);
            Assert.Equal((0, 1, first.Outcomes[0].WriteId), (match.Distance, match.Score, match.WriteId));
        }

        var later = Assert.Single((await set.SearchAsync(new float[] { 1, 0, 0 }, asOf: AsOf.At(second.Receipt.SystemTime))).Matches);
        Assert.Equal(Math.Sqrt(2), later.Distance, 1e-6);
        Assert.Empty(later.Metadata.ToArray());
    }

    [Fact]
    public async Task equal_vectors_are_stored_once_and_each_of_them_is_answered()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small(model: "m"));
        var one = await set.PutAsync("one", new float[] { 1, 2, 3 });
        var two = await set.PutAsync("two", new float[] { 1, 2, 3 });
        await set.PutAsync("other", new float[] { 3, 2, 1 });
        Assert.Equal(one.Outcomes[0].DistinctionId, two.Outcomes[0].DistinctionId);
        Assert.Equal(VectorAddress.Of([1, 2, 3], "m"), one.Outcomes[0].DistinctionId);
        Assert.NotEqual(VectorAddress.Of([1, 2, 3], "n"), one.Outcomes[0].DistinctionId);
        Assert.Equal((3, 2), ((await store.StatsAsync()).Count, (await store.StatsAsync()).RowCount));
        Assert.Equal(["one", "two", "other"], await set.NearestAsync([1, 2, 3]));
        Assert.Equal(["one"], await set.NearestAsync([1, 2, 3], 1));
        await set.DeleteAsync("one");
        Assert.Equal(["two", "other"], await set.NearestAsync([1, 2, 3]));
        await set.PutAsync("one", new float[] { 1, 2, 3 });
        Assert.Equal(["one", "two"], (await set.NearestAsync([1, 2, 3], 2)).Order());
        Assert.Equal(2, (await store.StatsAsync()).RowCount);
    }

    [Fact]
    public async Task what_no_distance_can_be_computed_with_is_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await RefusedAsync(ErrorCodes.CollectionNotFound, () => set.PutAsync("a", new float[] { 1 }).AsTask());
        await set.CreateAsync(Small(2, VectorMetric.Cosine, "m"));
        float[][] wrong = [[1], [1, 2, 3], [float.NaN, 1], [float.PositiveInfinity, 1], [1e16f, 1], [0, 0], [0, -0f], []];
        foreach (var vector in wrong)
        {
            await RefusedAsync(ErrorCodes.InvalidVector, () => set.PutAsync("a", vector).AsTask());
            await RefusedAsync(ErrorCodes.InvalidVector, () => set.SearchAsync(vector).AsTask());
        }

        await RefusedAsync(ErrorCodes.InvalidVector, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Model = "n" }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Count = 0 }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Count = Limits.VectorAnswersMax + 1 }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Width = Limits.VectorWidthMax + 1 }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Threshold = double.NaN }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Filter = "{\"no\":1}"u8.ToArray() }).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.PutManyAsync([Put("a", [1, 0], "[1]")]).AsTask());
        await RefusedAsync(ErrorCodes.MalformedJson, () => set.PutManyAsync([Put("a", [1, 0], "{")]).AsTask());
        await RefusedAsync(ErrorCodes.ValueTooLarge, () => set.PutManyAsync([Put("a", [1, 0], $$"""{"a":"{{new string('x', Limits.VectorMetadataBytesMax)}}"}""")]).AsTask());
        await RefusedAsync(ErrorCodes.KeyNotFound, () => set.DeleteAsync("a").AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => set.PutManyAsync([]).AsTask());
        await RefusedAsync(ErrorCodes.BatchTooLarge, () => set.PutManyAsync([.. Enumerable.Repeat(Put("a", [1, 0]), Limits.BatchCountMax + 1)]).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => store.Set("x").CreateAsync(Small(Limits.VectorDimensionsMax + 1)).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => store.Set("x").CreateAsync(Small(model: new string('m', Limits.VectorModelLengthMax + 1))).AsTask());
        Assert.Equal(0, (await store.StatsAsync()).VersionCount);
        await set.PutAsync("a", new float[] { 1, 0 });
        Assert.Equal(["a"], await set.NearestAsync([1, 0]));
    }

    [Fact]
    public async Task a_batch_is_one_delta_or_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small());
        var written = await set.PutManyAsync([Put("a", [1, 0, 0]), Put("b", [0, 1, 0]), Remove("a"), Put("a", [0, 0, 1])]);
        Assert.Equal([true, true, false, true], written.Outcomes.Select(static outcome => outcome.Created));
        Assert.Single(written.Outcomes.Select(static outcome => outcome.WriteId.Sequence).Distinct());
        await RefusedAsync(ErrorCodes.KeyNotFound, () => set.PutManyAsync([Put("c", [1, 1, 1]), Remove("d")]).AsTask());
        await RefusedAsync(ErrorCodes.InvalidVector, () => set.PutManyAsync([Put("c", [1, 1, 1]), Put("d", [1])]).AsTask());
        Assert.Equal(["a", "b"], (await set.NearestAsync([1, 1, 1])).Order());
        Assert.Equal(new float[] { 0, 0, 1 }, (await set.GetAsync("a"))!.Vector.ToArray());
    }

    [Fact]
    public async Task a_repeated_write_is_answered_as_the_first_was()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small());
        var first = await WriteAsync("k", [1, 0, 0]);
        await WriteAsync("l", [0, 1, 0]);
        await store.ReopenAsync(clean: false);
        var again = await WriteAsync("k", [1, 0, 0]);
        Assert.Equal(first.Receipt, again.Receipt);
        Assert.Equal(first.Outcomes.ToArray(), again.Outcomes.ToArray());
        Assert.True(again.Replayed);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => WriteAsync("k", [1, 0, 1]));
        Assert.Equal(new float[] { 0, 1, 0 }, (await store.Set().GetAsync("a"))!.Vector.ToArray());

        Task<VectorWriteResult> WriteAsync(string key, float[] vector) => store.Database.VectorService.WriteAsync(
            Idempotent(key), "default", Name, Put("a", vector), CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task a_collection_that_went_is_there_as_of_before_and_its_name_is_free()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small());
        await set.CreateAsync(Small());
        await RefusedAsync(ErrorCodes.CollectionExists, () => set.CreateAsync(Small(4)).AsTask());
        var written = await set.PutAsync("a", new float[] { 1, 0, 0 });
        await store.Database.VectorService.DeleteCollectionAsync(CallContext.Local, "default", Name, CancellationToken.None);
        await RefusedAsync(ErrorCodes.CollectionNotFound, () => set.GetAsync("a").AsTask());
        await RefusedAsync(
            ErrorCodes.CollectionNotFound,
            () => store.Database.VectorService.DeleteCollectionAsync(CallContext.Local, "default", Name, CancellationToken.None).AsTask());
        await set.CreateAsync(Small(2, VectorMetric.Dot));
        Assert.Null(await set.GetAsync("a"));
        await set.PutAsync("b", new float[] { 2, 0 });
        await store.ReopenAsync(clean: true);
        set = store.Set();
        Assert.Equal(["b"], await set.NearestAsync([1, 1]));
        Assert.Equal(["a"], await set.NearestAsync([1, 1, 1], asOf: AsOf.At(written.Receipt.SystemTime)));
        var list = await store.Database.VectorService.ListCollectionsAsync(CallContext.Local, "default", null, 10, CancellationToken.None);
        Assert.Equal((Name, VectorMetric.Dot), (Assert.Single(list).Name, list[0].Settings.Metric));
    }

    [Fact]
    public async Task a_filter_on_metadata_is_that_of_documents()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small(1));
        await set.PutManyAsync([.. Enumerable.Range(0, 50).Select(i => Put($"v{i}", [i], i % 7 == 0 ? null : $$"""{"n":{{i}},"even":{{(i % 2 == 0 ? "true" : "false")}}}"""))]);
        Assert.Equal(["v2", "v4", "v6"], await FilterAsync("""{"eq":{"field":"even","value":true}}"""));
        Assert.Equal(["v40", "v41", "v43"], await FilterAsync("""{"gte":{"field":"n","value":40}}"""));
        Assert.Equal(["v0", "v7", "v14"], await FilterAsync("""{"not":{"exists":"n"}}"""));
        Assert.Equal(["v22"], await FilterAsync("""{"eq":{"field":"n","value":22}}"""));

        async Task<string[]> FilterAsync(string filter) =>
            [.. (await set.SearchAsync(new VectorQuery { Vector = new float[] { 0 }, Count = 3, Filter = Encoding.UTF8.GetBytes(filter) })).Matches.Select(static match => match.Id)];
    }

    [Fact]
    public async Task scores_below_the_threshold_are_not_answered()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small(2, VectorMetric.Cosine));
        await set.PutManyAsync([Put("same", [2, 0]), Put("near", [1, 1]), Put("across", [0, 5]), Put("opposite", [-1, 0])]);
        var all = (await set.SearchAsync(new float[] { 1, 0 })).Matches;
        Assert.Equal(["same", "near", "across", "opposite"], all.Select(static match => match.Id));
        Assert.Equal([1, Math.Sqrt(0.5), 0, -1], all.Select(static match => Math.Round(match.Score, 6)), (left, right) => Math.Abs(left - right) < 1e-5);
        var near = (await set.SearchAsync(new VectorQuery { Vector = new float[] { 1, 0 }, Threshold = 0.5 })).Matches;
        Assert.Equal(["same", "near"], near.Select(static match => match.Id));
    }

    [Fact]
    public async Task the_same_question_is_answered_from_memory_until_something_is_written()
    {
        await using var store = await HeldStore.OpenAsync();
        var set = store.Set();
        await set.CreateAsync(Small(1));
        var written = await set.PutAsync("a", new float[] { 1 });
        Assert.Equal(VectorMode.Exact, (await set.SearchAsync(new float[] { 1 })).Mode);
        var kept = await set.SearchAsync(new float[] { 1 });
        Assert.Equal((VectorMode.Cached, "a"), (kept.Mode, kept.Matches[0].Id));
        Assert.Equal(VectorMode.Exact, (await set.SearchAsync(new float[] { 1 }, 1)).Mode);
        await set.PutAsync("b", new float[] { 1 });
        Assert.Equal(["a", "b"], await set.NearestAsync([1]));
        Assert.Equal(["a"], await set.NearestAsync([1], asOf: AsOf.At(written.Receipt.SystemTime)));
    }
}
