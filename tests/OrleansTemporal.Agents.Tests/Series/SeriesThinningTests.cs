using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;
using OrleansTemporal.Views;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>What policy lets go of a stream, example by example.</summary>
public sealed class SeriesThinningTests
{
    private const string Workspace = "default";
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private static readonly AgentId Id = new(Workspace, AgentKind.Series, "s", 0);
    private static readonly ImmutableArray<string> Functions = ["count", "sum", "min", "max", "first", "last", "stddev", "rate"];
    private static readonly DownsampleLevel Minutely = new() { After = TimeSpan.FromDays(1), To = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task without_a_rule_nothing_of_a_stream_goes()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, hours: 1);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(4_000));
        var counts = await RunAsync(store);
        Assert.Equal((0, 0), (counts["pointCandidates"], counts["removedPoints"]));
        await KeepAsync(store, new RetentionRule { Match = "series/t*", Keep = TimeSpan.FromDays(1) });
        Assert.Equal(0, (await RunAsync(store))["removedPoints"]);
        Assert.True((await store.Database.Series("s").DescribeAsync()).Kept.IsEverything);
    }

    [Fact]
    public async Task bytes_go_and_a_dry_run_says_about_how_many()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 100_000, CacheBytesMax = 1 << 20 });
        var begin = await FillAsync(store, hours: 12);
        await KeepAsync(store, new RetentionRule { Match = "series/*", Downsample = [Minutely] });
        var before = await WindowsAsync(store, begin);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await ConsolidateAsync(store);
        var status = await Agent(store).GetStatusAsync(CancellationToken.None);
        var dry = await RunAsync(store, isDryRun: true);
        Assert.Equal((status.Sequence, SegmentBytes(status)), (await Agent(store).GetStatusAsync(CancellationToken.None) is var same ? same.Sequence : 0, SegmentBytes(same)));
        var counts = await RunAsync(store);
        Assert.Equal(2 * 12 * 3_600, counts["removedPoints"]);
        Assert.InRange(dry["removedPoints"], counts["removedPoints"] * 9 / 10, counts["removedPoints"]);
        var after = await Agent(store).GetStatusAsync(CancellationToken.None);
        Assert.True(SegmentBytes(after) < SegmentBytes(status) / 2, $"{SegmentBytes(status)} bytes became {SegmentBytes(after)}");
        Assert.True(counts["bytesAfter"] < counts["bytesBefore"] / 2 && dry["bytesAfter"] < dry["bytesBefore"] / 2, $"{counts["bytesBefore"]} to {counts["bytesAfter"]}, estimated {dry["bytesAfter"]}");
        Assert.Equal(before, await WindowsAsync(store, begin));
        await store.ReopenAsync(clean: false);
        Assert.Equal(before, await WindowsAsync(store, begin));
        await store.MaintainAsync();
        Assert.True((await Agent(store).GetStatsAsync(CancellationToken.None)).MemoryBytes < 10_000);
        Assert.Null((await Agent(store).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task a_coarser_window_takes_the_place_of_finer_ones_and_of_their_bytes()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 20_000, MemoryBytesMax = 100_000, CacheBytesMax = 1 << 20 });
        var begin = await FillAsync(store, hours: 6);
        await KeepAsync(store, new RetentionRule { Match = "series/*", Downsample = [Minutely, new DownsampleLevel { After = TimeSpan.FromDays(5), To = TimeSpan.FromHours(1) }] });
        var before = await WindowsAsync(store, begin, Hour);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await RunAsync(store);
        Assert.Equal([Hour, Minute], (await store.Database.Series("s").DescribeAsync()).Kept.Bands.Select(static band => band.Step));
        await store.MaintainAsync();
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(5));
        Assert.Equal(2 * 6 * 60, (await RunAsync(store))["removedPoints"]);
        await store.ReopenAsync(clean: true);
        Assert.Equal(before, await WindowsAsync(store, begin, Hour));
        var records = (await Agent(store).ReadDeltasAsync(0, 10_000, CancellationToken.None)).Records.Select(static record => DeltaRecord.Read(record)).ToList();
        var thinnings = records.Where(static delta => delta.Kind == SeriesThinPayload.Thin).ToList();
        Assert.Equal([false, true], thinnings.Select(static delta => delta.HasPayload));
        var gone = await Assert.ThrowsAsync<TemporalException>(async () => await WindowsAsync(store, begin, Minute));
        Assert.Equal((ErrorKind.Gone, ErrorCodes.HistoryExpired), (gone.Kind, gone.Code));
        Assert.Null((await Agent(store).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task more_windows_than_one_delta_takes_come_in_several()
    {
        await using var store = await HeldStore.OpenAsync();
        var begin = await FillAsync(store, hours: 8);
        await KeepAsync(store, new RetentionRule { Match = "series/s", Downsample = [Minutely with { To = TimeSpan.FromSeconds(1) }] });
        var before = await WindowsAsync(store, begin, 10 * Second);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.Equal(2 * 8 * 3_600, (await RunAsync(store))["removedPoints"]);
        await store.ReopenAsync(clean: false);
        Assert.Equal(before, await WindowsAsync(store, begin, 10 * Second));
        var last = (await Agent(store).GetStatusAsync(CancellationToken.None)).Sequence;
        var records = (await Agent(store).ReadDeltasAsync(last - 10, 10, CancellationToken.None)).Records;
        Assert.Equal(3, records.Count(static record => DeltaRecord.Read(record).Kind == SeriesThinPayload.Thin));
    }

    [Fact]
    public async Task over_partitions_windows_answer_as_points_did()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.SeriesService.CreateAsync(CallContext.Local, Workspace, "s", new SeriesSettings { Partitions = 3 }, CancellationToken.None);
        var begin = await FillAsync(store, hours: 1, hosts: 9);
        await KeepAsync(store, new RetentionRule { Match = "series/s", Downsample = [Minutely] });
        var before = await WindowsAsync(store, begin);
        var info = await store.Database.Series("s").DescribeAsync();
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.Equal(9 * 3_600, (await RunAsync(store))["removedPoints"]);
        Assert.Equal(before, await WindowsAsync(store, begin));
        Assert.Equal(info.PointCount, (await store.Database.Series("s").DescribeAsync()).PointCount);
        Assert.Empty((await store.Database.Series("s").ReadAsync(new SeriesSelector())).Rows);
        var seconds = new WindowSpec { Kind = WindowKind.Tumbling, Size = 10 * Second };
        foreach (var (functions, window) in new[] { (Functions, seconds), (["p50"], WindowSpec.Whole), (["avg"], new WindowSpec { Kind = WindowKind.Session, Gap = Minute }) })
        {
            var gone = await Assert.ThrowsAsync<TemporalException>(async () => await store.Database.Series("s").AggregateAsync(new SeriesSelector(), functions, window));
            Assert.Equal(ErrorCodes.HistoryExpired, gone.Code);
        }
    }

    [Fact]
    public async Task what_is_deleted_while_windows_are_made_is_in_none()
    {
        await using var store = await HeldStore.OpenAsync();
        var begin = await FillAsync(store, hours: 1);
        var (agent, order) = (Agent(store), new SeriesThinOrder { Levels = [new SeriesBand(begin + Hour, Minute)], Actor = "test" });
        Assert.True((await agent.ThinAsync(order, CancellationToken.None)).HasMore);
        Assert.Equal(7_200, (await store.Database.Series("s").DescribeAsync()).PointCount);
        var refused = await Assert.ThrowsAsync<TemporalException>(async () => await store.Database.Series("s").WriteAsync(SeriesTags.Empty, "f", new EventTime(begin + Hour - 1), 1));
        Assert.Equal((ErrorKind.Invalid, ErrorCodes.PointsExpired, "time"), (refused.Kind, refused.Code, refused.Field));
        refused = await Assert.ThrowsAsync<TemporalException>(async () => await store.Database.Series("s").DeleteAsync(new SeriesSelector { To = begin + (90 * Second) }));
        Assert.Equal((ErrorCodes.PointsExpired, "to"), (refused.Code, refused.Field));
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = begin + (10 * Minute), To = begin + (20 * Minute) });
        await store.ReopenAsync(clean: false);
        agent = Agent(store);
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = begin + (30 * Minute), To = begin + (31 * Minute), Tags = [new TagMatcher("host", TagMatcherKind.Equal, "h0")] });
        while ((await agent.ThinAsync(order, CancellationToken.None)).HasMore)
        {
            // Step by step.
        }

        Assert.Equal(7_200 - 1_200 - 60, (await store.Database.Series("s").DescribeAsync()).PointCount);
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { To = begin + (5 * Minute) });
        Assert.Equal(7_200 - 1_200 - 60 - 600, (await store.Database.Series("s").DescribeAsync()).PointCount);
        Assert.Equal(54 - 10 + 1, (await WindowsAsync(store, begin)).Count(static row => row.StartsWith("host=h1", StringComparison.Ordinal)));
        await store.ReopenAsync(clean: true);
        Assert.Equal(7_200 - 1_200 - 60 - 600, (await store.Database.Series("s").DescribeAsync()).PointCount);
    }

    [Fact]
    public async Task a_request_that_comes_again_is_known_when_its_points_are_gone()
    {
        await using var store = await HeldStore.OpenAsync();
        var call = CallContext.Local with { IdempotencyKey = "k" };
        var batch = new SeriesBatch();
        batch.Add(SeriesTags.Empty, "f", new EventTime(Now(store) - (5 * 24 * Hour)), 1);
        var written = await store.Database.SeriesService.WriteAsync(call, Workspace, "s", batch, CancellationToken.None);
        await KeepAsync(store, new RetentionRule { Match = "series/*", Keep = TimeSpan.FromDays(2) });
        Assert.Equal(0, (await RunAsync(store))["removedPoints"]);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(23));
        Assert.Equal(0, (await RunAsync(store))["removedPoints"]);
        Assert.Equal(written.Receipts[0].Sequence, (await store.Database.SeriesService.WriteAsync(call, Workspace, "s", batch, CancellationToken.None)).Receipts[0].Sequence);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(2));
        Assert.Equal(1, (await RunAsync(store))["removedPoints"]);
    }

    [Fact]
    public async Task a_view_of_points_has_those_that_are_kept()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, hours: 1);
        await store.Database.Views.PutAsync(CallContext.Local, Workspace, "v", ViewDefinitionJson.Parse("""{"source":"series/s","query":{"aggregate":{"n":{"count":"*"}}}}"""u8.ToArray()), CancellationToken.None);
        await KeepAsync(store, new RetentionRule { Match = "series/*", Downsample = [Minutely] });
        Assert.Equal("""{"n":7200}""", await RowAsync(store));
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await store.Database.Series("s").WriteAsync(SeriesTags.Empty, "f", new EventTime(Now(store)), 1);
        Assert.Equal("""{"n":7201}""", await RowAsync(store));
        Assert.Equal(7_200, (await RunAsync(store))["removedPoints"]);
        Assert.Equal("""{"n":1}""", await RowAsync(store));
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = (Now(store) - (3 * 24 * Hour)) / Hour * Hour });
        Assert.Equal("""{"n":0}""", await RowAsync(store));
    }

    private static async Task<string> RowAsync(HeldStore store)
    {
        var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "v", new ViewRowsRequest(), CancellationToken.None);
        return page.Groups.IsEmpty ? "" : System.Text.Encoding.UTF8.GetString(page.Groups.Single().Span);
    }

    private static IChronicleAgent Agent(HeldStore store) => store.Database.Directory.Get<IChronicleAgent>(Id);

    private static long Now(HeldStore store) => EventTime.FromDateTimeOffset(store.Time.GetUtcNow()).Nanoseconds;

    // A point a second for each host, up to the last whole hour.
    private static async Task<long> FillAsync(HeldStore store, int hours, int hosts = 2)
    {
        var (begin, random) = ((Now(store) / Hour * Hour) - (hours * Hour), new Random(1));
        for (var minute = 0; minute < hours * 60; minute += 10)
        {
            var batch = new SeriesBatch();
            for (var second = 0; second < 600; second++)
            {
                for (var host = 0; host < hosts; host++)
                {
                    batch.Add(SeriesTags.Of([KeyValuePair.Create("host", $"h{host}")]), "f", new EventTime(begin + (minute * Minute) + (second * Second)), random.Next(100_000) / 100.0);
                }
            }

            await store.Database.Series("s").WriteAsync(batch);
        }

        return begin;
    }

    private static async Task<List<string>> WindowsAsync(HeldStore store, long begin, long size = Minute)
    {
        var page = await store.Database.Series("s").AggregateAsync(new SeriesAggregateQuery
        {
            Selector = new SeriesSelector { From = begin },
            Functions = Functions,
            GroupBy = ["host"],
            Window = new WindowSpec { Kind = WindowKind.Tumbling, Size = size },
        });
        return [.. page.Rows.Select(static row => $"{row.Tags} {row.Start} {row.Count} {string.Join(' ', row.Results.Select(static one => Math.Round(one, 6)))}")];
    }

    private static async Task KeepAsync(HeldStore store, RetentionRule rule) =>
        await store.Database.Lifecycle.SetPolicyAsync(CallContext.Local, Workspace, LifecyclePolicy.Default with { Retention = [rule] }, CancellationToken.None);

    private static async Task ConsolidateAsync(HeldStore store) =>
        await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, LifecycleProcess.Consolidation, isDryRun: false, progress: null, CancellationToken.None);

    private static async Task<IReadOnlyDictionary<string, long>> RunAsync(HeldStore store, bool isDryRun = false) =>
        (await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, LifecycleProcess.Distillation, isDryRun, progress: null, CancellationToken.None)).Counts;

    private static long SegmentBytes(AgentStatus status) => status.WarmBytes + status.ColdBytes + status.DeepBytes;
}
