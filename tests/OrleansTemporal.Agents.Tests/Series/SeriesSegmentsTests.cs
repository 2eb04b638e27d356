using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>Chunks in segments: what memory holds, what opening reads, what merges make of chunks.</summary>
public sealed class SeriesSegmentsTests
{
    private const long Second = 1_000_000_000;
    private static readonly SeriesSelector Everything = new();
    private static readonly AgentId Id = new("default", AgentKind.Series, "s", 0);

    [Fact]
    public async Task memory_lets_go_of_what_is_sealed_and_every_answer_stays()
    {
        await using var store = await HeldStore.OpenAsync();
        var moment = await FillAsync(store, 0, 5_000);
        await FillAsync(store, 2_500, 5_000);
        var before = await AnswersAsync(store, moment);
        Assert.True(store.Services.Memory.Bytes > 5_000);
        await SealAsync(store);
        Assert.True((await Agent(store).GetStatsAsync(CancellationToken.None)).MemoryBytes < 1_000);
        Assert.Equal(before, await AnswersAsync(store, moment));
        await store.ReopenAsync(clean: true);
        Assert.Equal(before, await AnswersAsync(store, moment));
        Assert.True((await Agent(store).GetStatsAsync(CancellationToken.None)).MemoryBytes < 1_000);
    }

    [Fact]
    public async Task memory_that_points_take_cuts_a_generation_before_its_deltas_are_many()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 1 << 20 });
        for (var i = 0; i < 200; i++)
        {
            await FillAsync(store, i * 1_000, 1_000);
            await store.MaintainAsync();
            Assert.True(store.Services.Memory.Bytes < 1 << 20, $"{store.Services.Memory.Bytes} bytes after {i + 1} batches.");
        }

        Assert.Equal(200_000, (await store.Database.Series("s").DescribeAsync()).PointCount);
    }

    [Fact]
    public async Task small_segments_become_full_chunks_when_they_are_merged()
    {
        await using var store = await HeldStore.OpenAsync();
        for (var i = 0; i < 40; i++)
        {
            // Every other batch is late, so that chunks overlap.
            await FillAsync(store, (i ^ 1) * 50, 100);
            await SealAsync(store, allowMerges: false);
        }

        var before = await PlanAsync(store);
        var answer = await ValuesAsync(store);
        await SealAsync(store);
        var after = await PlanAsync(store);
        Assert.Equal(answer, await ValuesAsync(store));
        Assert.True(before.ChunksDecoded >= 40, $"{before}");
        Assert.True(after.ChunksDecoded + after.ChunksSummed < 20, $"{after}");
        Assert.Null((await Agent(store).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task segments_of_a_release_without_chunks_are_read_as_before()
    {
        await using var store = await HeldStore.OpenAsync();
        var moment = await FillAsync(store, 0, 3_000);
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = 10 * Second, To = 20 * Second });
        await SealAsync(store);
        var before = await AnswersAsync(store, moment);
        await store.LeaveAsync(clean: true);
        await StripAsync(store);
        await store.StartAsync();
        Assert.Equal(before, await AnswersAsync(store, moment));

        // New segments have chunks; merged with the old ones they keep to their own deltas.
        for (var i = 0; i < 20; i++)
        {
            await FillAsync(store, 1_000 + (i * 500), 300);
            await SealAsync(store);
        }

        before = await AnswersAsync(store, moment);
        await store.ReopenAsync(clean: false);
        Assert.Equal(before, await AnswersAsync(store, moment));
        Assert.Equal(9_000, (await Agent(store).GetStatsAsync(CancellationToken.None)).VersionCount);
        Assert.Null((await Agent(store).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task windows_of_minutes_are_added_up_without_decoding_unless_something_was_changed()
    {
        await using var store = await HeldStore.OpenAsync();
        await FillAsync(store, 0, 4_000);
        var minutes = await MinutesAsync(store);
        Assert.True(minutes.Plan is { ChunksRolledUp: >= 3, ChunksDecoded: 1, PointsRead: <= 1_024 }, $"{minutes.Plan}");
        Assert.Equal(67, minutes.Rows.Length);
        Assert.All(minutes.Rows.SkipLast(1), static row => Assert.Equal(60, row.Count));

        // A late point in the first chunk and a deletion in the second: these are decoded, and right.
        await store.Database.Series("s").WriteAsync(SeriesTags.Empty, "f", new EventTime((30 * Second) + 1), 1e6);
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = 1_500 * Second, To = 1_530 * Second });
        var changed = await MinutesAsync(store);
        Assert.True(changed.Plan!.ChunksDecoded > minutes.Plan!.ChunksDecoded, $"{changed.Plan}");
        Assert.Equal((61L, 1e6), (changed.Rows[0].Count, changed.Rows[0].Results[1]));
        Assert.Equal(30, changed.Rows[25].Count);
        var whole = await store.Database.Series("s").AggregateAsync(Everything, ["sum"], WindowSpec.Whole);
        Assert.Equal(changed.Rows.Sum(static row => row.Results[0]), whole.Rows[0].Results[0], 1e-6);
    }

    [Fact]
    public async Task names_of_tags_are_limited()
    {
        await using var store = await HeldStore.OpenAsync();
        for (var i = 0; i < Limits.SeriesTagNamesMax; i++)
        {
            await store.Database.Series("s").WriteAsync(SeriesTags.Of([new($"t{i}", "x")]), "f", new EventTime(1), 1);
        }

        var refusal = await Assert.ThrowsAsync<TemporalException>(() => store.Database.Series("s").WriteAsync(SeriesTags.Of([new("more", "x")]), "f", new EventTime(1), 1).AsTask());
        Assert.Equal((ErrorCodes.TooManySeries, (long?)Limits.SeriesTagNamesMax), (refusal.Code, refusal.Limit));
        await store.Database.Series("s").WriteAsync(SeriesTags.Of([new("t0", "y")]), "f", new EventTime(1), 1);
    }

    // Goal: whichever list of the index is used, the series that are found are those that a look at each of them finds.
    [Fact]
    public async Task conditions_on_tags_find_what_a_look_at_every_series_finds()
    {
        await using var store = await HeldStore.OpenAsync();
        var keys = new List<SeriesKey>();
        var batch = new SeriesBatch();
        for (var i = 0; i < 300; i++)
        {
            List<KeyValuePair<string, string>> tags = [new("host", $"h{i % 30}"), new("zone", $"z{i % 7}")];
            if (i % 3 == 0)
            {
                tags.Add(new("extra", i % 2 == 0 ? "a.b" : "a|b"));
            }

            keys.Add(SeriesKey.Of(SeriesTags.Of(tags), $"f{i % 2}"));
            batch.Add(batch.SeriesOf(keys[^1].Text), new EventTime(1), i);
        }

        await store.Database.Series("s").WriteAsync(batch);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var selector = new SeriesSelector
            {
                Field = random.Next(2) == 0 ? null : $"f{random.Next(3)}",
                Tags = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => AnyMatcher(random))],
            };
            var match = new SeriesMatch(selector);
            var page = await store.Database.Series("s").ReadAsync(selector, 1_000);
            Assert.Equal(keys.Where(match.Includes).Select(static key => key.Text).Distinct().Order(StringComparer.Ordinal), page.Series.Order(StringComparer.Ordinal));
        }
    }

    private static TagMatcher AnyMatcher(Random random)
    {
        string[] values = ["h1", "h2|h3", "h.", "", "z[0-3]", @"a\.b", @"a\|b|nothing", ".*", "a.b"];
        return new TagMatcher(new[] { "host", "zone", "extra", "none" }[random.Next(4)], (TagMatcherKind)random.Next(1, 5), values[random.Next(values.Length)]);
    }

    private static async Task<HybridTimestamp> FillAsync(TestStore store, int first, int count)
    {
        var batch = new SeriesBatch();
        var number = batch.SeriesOf(SeriesTags.Empty, "f");
        for (var i = first; i < first + count; i++)
        {
            batch.Add(number, new EventTime(i * Second), Math.Round(Math.Sin(i) * 100, 2));
        }

        return (await store.Database.Series("s").WriteAsync(batch)).SystemTime;
    }

    private static ChronicleAgent Agent(TestStore store) => store.Database.Directory.Get<ChronicleAgent>(Id);

    private static async Task SealAsync(TestStore store, bool allowMerges = true)
    {
        while (await Agent(store).MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = allowMerges }, CancellationToken.None))
        {
            // Each turn seals or merges once.
        }
    }

    private static async Task<SeriesPlan> PlanAsync(TestStore store) =>
        (await store.Database.Series("s").AggregateAsync(Everything, ["sum"], new WindowSpec { Kind = WindowKind.Whole })).Plan!;

    private static Task<SeriesAggregatePage> MinutesAsync(TestStore store) =>
        store.Database.Series("s").AggregateAsync(Everything, ["sum", "max"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 * Second }).AsTask();

    private static async Task<string> ValuesAsync(TestStore store, AsOf asOf = default)
    {
        var page = await store.Database.Series("s").ReadAsync(Everything, Limits.SeriesRowsPerPageMax, asOf);
        return string.Join(' ', page.Times.Zip(page.Values));
    }

    private static async Task<string> AnswersAsync(TestStore store, HybridTimestamp moment)
    {
        var windows = new List<string>();
        foreach (var window in new[] { WindowSpec.Whole, new WindowSpec { Kind = WindowKind.Tumbling, Size = 3_600 * Second }, new WindowSpec { Kind = WindowKind.Count, Count = 700 } })
        {
            var page = await store.Database.Series("s").AggregateAsync(Everything, ["count", "min", "max", "first", "last", "p50"], window);
            windows.AddRange(page.Rows.Select(static row => $"{row.Start} {string.Join(' ', row.Results)}"));
        }

        return $"{await ValuesAsync(store)}\n{await ValuesAsync(store, AsOf.At(moment))}\n{await ValuesAsync(store, AsOf.After(1))}\n{string.Join('\n', windows)}";
    }

    // As that release has left it: segments with nothing beside their deltas, and no state in the manifest.
    private static async Task StripAsync(HeldStore store)
    {
        var manifests = store.Services.Manifests;
        var stored = (await manifests.LoadAsync(Id, CancellationToken.None))!;
        var stripped = ImmutableArray.CreateBuilder<SegmentRef>();
        foreach (var segment in stored.Manifest.Segments)
        {
            var reader = await store.Services.Segments.OpenAsync(segment, CancellationToken.None);
            var path = SealedPaths.Segment(Id, segment.FirstSequence, segment.LastSequence, (ulong)(77 + stripped.Count));
            await using var writer = await store.Services.Objects.CreateAsync(path, CancellationToken.None);
            var rewritten = new SegmentWriter(writer, path, Id, segment.RootBefore);
            await rewritten.AppendAsync((await reader.ReadRangeAsync(segment.FirstSequence - 1, int.MaxValue, CancellationToken.None)).Records, CancellationToken.None);
            stripped.Add(await rewritten.FinishAsync(default, default, CancellationToken.None));
            Assert.True(await writer.CommitAsync(CancellationToken.None));
        }

        await manifests.SwapAsync(stored, stored.Manifest with { Segments = stripped.ToImmutable(), FacetCounters = default, Collectable = [.. stored.Manifest.Segments.Select(static segment => segment.ObjectPath)] }, CancellationToken.None);
    }
}
