using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>What is promised of points: when they are acknowledged, what is seen, what is refused.</summary>
public sealed class SeriesDurabilityTests
{
    private static readonly SeriesSelector Everything = new();

    [Fact]
    public async Task points_are_acknowledged_and_seen_when_they_are_durable()
    {
        await using var store = await HeldStore.OpenAsync();
        await WriteAsync(store, 1, 1);
        store.Logs.IsHeld = true;
        var write = WriteAsync(store, 1, 2);
        Assert.False(write.IsCompleted);
        Assert.Equal([1], await ValuesAsync(store));
        store.Logs.Flush();
        await write;
        Assert.Equal([2], await ValuesAsync(store));
    }

    [Fact]
    public async Task points_whose_flush_failed_are_not_there_afterwards()
    {
        await using var store = await HeldStore.OpenAsync();
        await WriteAsync(store, 1, 1);
        store.Logs.IsHeld = true;
        var write = WriteAsync(store, 2, 2);
        store.Logs.Fail();
        Assert.True((await Assert.ThrowsAsync<TemporalException>(() => write)).OutcomeUnknown);
        store.Logs.IsHeld = false;
        Assert.Equal([1], await ValuesAsync(store));
        await WriteAsync(store, 3, 3);
        Assert.Equal([1, 3], await ValuesAsync(store));
    }

    [Fact]
    public async Task a_point_written_again_is_the_newest_and_the_older_one_is_there_as_of_before()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = await WriteAsync(store, 7, 1);
        var second = await WriteAsync(store, 7, 2);
        var deleted = await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = 7, To = 8 });
        Assert.Empty(await ValuesAsync(store));
        Assert.Equal([1], await ValuesAsync(store, AsOf.At(first.SystemTime)));
        Assert.Equal([2], await ValuesAsync(store, AsOf.At(second.SystemTime)));
        Assert.Equal([2], await ValuesAsync(store, AsOf.After(2)));
        Assert.Equal(3, Assert.Single(deleted.Receipts).Sequence);
        await WriteAsync(store, 7, 3);
        Assert.Equal([3], await ValuesAsync(store));
    }

    [Fact]
    public async Task an_answer_as_of_a_moment_stays_when_late_points_come()
    {
        await using var store = await HeldStore.OpenAsync();
        var written = await WriteAsync(store, 100, 1);
        Assert.Equal([1], await ValuesAsync(store, AsOf.At(written.SystemTime)));
        await WriteAsync(store, 50, 2);
        Assert.Equal([2, 1], await ValuesAsync(store));
        Assert.Equal([1], await ValuesAsync(store, AsOf.At(written.SystemTime)));
    }

    [Fact]
    public async Task a_stream_that_was_not_there_then_is_not_found_then()
    {
        await using var store = await HeldStore.OpenAsync();
        var before = store.Services.Clock.Next();
        await RefusedAsync(ErrorCodes.StreamNotFound, () => ValuesAsync(store));
        await RefusedAsync(ErrorCodes.StreamNotFound, () => ValuesAsync(store, AsOf.At(before)));
        await WriteAsync(store, 1, 1);
        await RefusedAsync(ErrorCodes.StreamNotFound, () => ValuesAsync(store, AsOf.At(before)));
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => ValuesAsync(store, AsOf.After(2)));
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => ValuesAsync(store, AsOf.At(HybridTimestamp.FromMilliseconds(store.Services.Clock.NowMilliseconds + 10_000))));
    }

    [Fact]
    public async Task what_can_not_be_is_refused_with_its_field()
    {
        await using var store = await HeldStore.OpenAsync();
        var batch = new SeriesBatch();
        Assert.Equal("fields", Assert.Throws<TemporalException>(() => batch.Add(SeriesTags.Empty, "f", default, double.NaN)).Field);
        Assert.Equal("points", (await RefusedAsync(ErrorCodes.InvalidField, () => store.Database.Series("s").WriteAsync(batch).AsTask())).Field);
        batch.Add(batch.SeriesOf("b=1,a=2 f"), default, 1);
        Assert.Equal("tags", (await RefusedAsync(ErrorCodes.InvalidField, () => store.Database.Series("s").WriteAsync(batch).AsTask())).Field);
        await RefusedAsync(ErrorCodes.InvalidName, () => store.Database.Series("_s").WriteAsync(SeriesTags.Empty, "f", default, 1).AsTask());
        await WriteAsync(store, 1, 1);
        Assert.Equal("fn", (await RefusedAsync(ErrorCodes.InvalidField, () => AggregateAsync(store, ["median"], WindowSpec.Whole))).Field);
        Assert.Equal("window", (await RefusedAsync(ErrorCodes.InvalidField, () => AggregateAsync(store, ["avg"], new WindowSpec { Kind = WindowKind.Tumbling }))).Field);
        Assert.Equal("tz", (await RefusedAsync(ErrorCodes.InvalidField, () => AggregateAsync(store, ["avg"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 1, TimeZone = "../x" }))).Field);
        var agent = store.Database.Directory.Get<ChronicleAgent>(new AgentId("default", AgentKind.Series, "s", 0));
        var write = new SeriesWrite { Series = [" f"], Rows = [1], Times = [0], Values = [1] };
        await RefusedAsync(ErrorCodes.InvalidField, () => agent.WriteAsync(write, CancellationToken.None).AsTask());
        await RefusedAsync(ErrorCodes.InvalidField, () => agent.WriteAsync(write with { Rows = [0], Values = [double.NaN] }, CancellationToken.None).AsTask());
        await RefusedAsync(ErrorCodes.BatchTooLarge, () => agent.WriteAsync(write with { Rows = [], Times = [], Values = [] }, CancellationToken.None).AsTask());
        Assert.Equal([1], await ValuesAsync(store));
    }

    [Fact]
    public async Task limits_are_named()
    {
        await using var store = await HeldStore.OpenAsync();
        await WriteAsync(store, 1, 1);
        var batch = new SeriesBatch();
        var number = batch.SeriesOf(SeriesTags.Empty, "f");
        for (var i = 0; i < Limits.SeriesRowsMax; i++)
        {
            batch.Add(number, new EventTime(i), 1);
        }

        Assert.Equal(Limits.SeriesRowsMax, Assert.Throws<TemporalException>(() => batch.Add(number, default, 1)).Limit);
        await store.Database.Series("s").WriteAsync(batch);
        var page = await RefusedAsync(ErrorCodes.InvalidField, () => store.Database.Series("s").ReadAsync(Everything, Limits.SeriesRowsPerPageMax + 1).AsTask());
        Assert.Equal(Limits.SeriesRowsPerPageMax, page.Limit);
        await store.Database.Series("s").WriteAsync(Shifted(batch));
        await WriteAsync(store, 2L * Limits.SeriesRowsMax, 1);
        var windows = await RefusedAsync(ErrorCodes.QueryTooLarge, () => AggregateAsync(store, ["count"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 1 }));
        Assert.Equal(Limits.SeriesWindowsMax, windows.Limit);
        var tags = Enumerable.Range(0, Limits.SeriesTagsMax + 1).Select(static i => new TagMatcher($"t{i}", TagMatcherKind.NotEqual, "x"));
        Assert.Equal("tag", (await RefusedAsync(ErrorCodes.InvalidField, () => store.Database.Series("s").ReadAsync(new SeriesSelector { Tags = [.. tags] }).AsTask())).Field);
    }

    private static SeriesBatch Shifted(SeriesBatch batch)
    {
        var count = batch.Count;
        batch.Clear();
        for (var i = 0; i < count; i++)
        {
            batch.Add(0, new EventTime(count + i), 1);
        }

        return batch;
    }

    [Fact]
    public async Task streams_are_listed_described_and_go_with_their_workspace()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "w" }, CancellationToken.None);
        var batch = new SeriesBatch();
        batch.Add(SeriesTags.Of([new("host", "a")]), "usage", new EventTime(5), 1);
        batch.Add(SeriesTags.Of([new("host", "a")]), "idle", new EventTime(5), 1);
        batch.Add(SeriesTags.Of([new("host", "b")]), "usage", new EventTime(9), 1);
        await store.Database.Series("cpu", "w").WriteAsync(batch);
        Assert.Equal("cpu", Assert.Single(await store.Database.SeriesService.ListAsync(CallContext.Local, "w", null, 10, CancellationToken.None)));
        var info = await store.Database.Series("cpu", "w").DescribeAsync();
        Assert.Equal("idle usage", string.Join(' ', info.Fields));
        Assert.Equal("a b", string.Join(' ', info.Tags["host"]));
        Assert.Equal((3, 2L, new EventTime(5), new EventTime(9)), (info.SeriesCount, info.PointCount, info.FirstTime, info.LastTime));
        Assert.Contains(await store.Database.Agents.ListIdsAsync("w", CancellationToken.None), id => id.Kind == AgentKind.Series);
        await store.Database.Workspaces.DeleteAsync(CallContext.Local, "w", CancellationToken.None);
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "w" }, CancellationToken.None);
        Assert.Empty(await store.Database.SeriesService.ListAsync(CallContext.Local, "w", null, 10, CancellationToken.None));
        await RefusedAsync(ErrorCodes.StreamNotFound, () => store.Database.Series("cpu", "w").DescribeAsync().AsTask());
    }

    private static Task<SeriesWriteReport> WriteAsync(TestStore store, long time, double value) =>
        store.Database.Series("s").WriteAsync(SeriesTags.Empty, "f", new EventTime(time), value).AsTask();

    private static Task<SeriesAggregatePage> AggregateAsync(TestStore store, ImmutableArray<string> functions, WindowSpec window) =>
        store.Database.Series("s").AggregateAsync(Everything, functions, window).AsTask();

    private static async Task<List<double>> ValuesAsync(TestStore store, AsOf asOf = default) =>
        [.. (await store.Database.Series("s").ReadAsync(Everything, asOf: asOf)).Values];

    private static async Task<TemporalException> RefusedAsync(string code, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<TemporalException>(call);
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
