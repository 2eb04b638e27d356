using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.PromQl;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.PromQl;

/// <summary>PromQL over real streams: what is read for it, in any number of partitions, as of any moment.</summary>
public sealed class PromQlServiceTests
{
    private const long Second = 1_000_000_000;
    private const string Workspace = "default";

    // Goal: an answer is the same however many partitions a stream has, and as of a moment it is what it was then.
    [Fact]
    public async Task answers_are_the_same_over_partitions_and_as_of_their_moment()
    {
        await using var store = await HeldStore.OpenAsync();
        var series = store.Database.SeriesService;
        await series.CreateAsync(CallContext.Local, Workspace, "one", new SeriesSettings { Partitions = 1 }, CancellationToken.None);
        await series.CreateAsync(CallContext.Local, Workspace, "five", new SeriesSettings { Partitions = 5 }, CancellationToken.None);
        var random = new Random(7);
        var then = new List<(AsOf AsOf, string Answer)>();
        for (var round = 0; round < 6; round++)
        {
            var batch = new SeriesBatch();
            for (var i = 0; i < 400; i++)
            {
                batch.Add(SeriesTags.Of([new("host", $"h{random.Next(12)}")]), "load", new EventTime(random.Next(600) * Second), Math.Round(random.NextDouble() * 100, 1));
            }

            await store.Database.Series("one").WriteAsync(batch);
            var written = await store.Database.Series("five").WriteAsync(batch);
            var answer = await TextAsync(store, "one", AsOf.Latest);
            Assert.Equal(answer, await TextAsync(store, "five", AsOf.Latest));
            then.Add((AsOf.At(written.SystemTime), answer));
        }

        Assert.Equal(6, then.Select(static pair => pair.Answer).Distinct().Count());
        foreach (var (asOf, answer) in then)
        {
            Assert.Equal(answer, await TextAsync(store, "one", asOf));
            Assert.Equal(answer, await TextAsync(store, "five", asOf));
        }
    }

    [Fact]
    public async Task points_come_in_pages_and_pages_within_a_series()
    {
        await using var store = await HeldStore.OpenAsync();
        var batch = new SeriesBatch();
        for (var i = 0; i < 3_000; i++)
        {
            batch.Add(SeriesTags.Of([new("host", $"h{i % 3}")]), "load", new EventTime(i * Second), i);
        }

        await store.Database.Series("paged").WriteAsync(batch);
        var agent = store.Database.Directory.Get<IChronicleAgent>(new AgentId(Workspace, AgentKind.Series, "paged", 0));
        var listing = await agent.ListSeriesAsync(new SeriesSelector { Field = "load" }, AsOf.Latest, CancellationToken.None);
        Assert.Equal(["host=h0 load", "host=h1 load", "host=h2 load"], listing.Series.ToArray());
        var (names, after, values) = (listing.Series, (long?)null, new List<double>());
        for (var hasMore = true; hasMore;)
        {
            var page = await agent.ReadSamplesAsync(
                new SeriesSamplesQuery { Series = names, From = 10 * Second, To = 2_990 * Second, After = after, Limit = 700 }, CancellationToken.None);
            Assert.InRange(page.Times.Length, 1, 700);
            values.AddRange(page.Values);
            hasMore = page.HasMore;
            names = names[(page.Counts.Length - 1)..];
            after = page.Counts[^1] > 0 ? page.Times[^1] : null;
        }

        Assert.Equal(Enumerable.Range(0, 3).SelectMany(static host => Enumerable.Range(10, 2_980).Where(i => i % 3 == host).Select(static i => (double)i)), values);
        Assert.True((await agent.ReadSamplesAsync(new SeriesSamplesQuery { Series = ["host=none load"] }, CancellationToken.None)).Times.IsEmpty);
        Assert.Equal("limit", (await Assert.ThrowsAsync<TemporalException>(() => agent.ReadSamplesAsync(new SeriesSamplesQuery { Series = names, Limit = 0 }, CancellationToken.None).AsTask())).Field);
        Assert.Equal("after", (await Assert.ThrowsAsync<TemporalException>(() => agent.ReadSamplesAsync(new SeriesSamplesQuery { Series = names, After = long.MaxValue }, CancellationToken.None).AsTask())).Field);
        Assert.Equal("partition", (await Assert.ThrowsAsync<TemporalException>(() => store.Database.SeriesService.ReadSamplesAsync(
            CallContext.Local, Workspace, "paged", 1, new SeriesSamplesQuery { Series = names }, CancellationToken.None).AsTask())).Field);
    }

    [Fact]
    public async Task names_that_become_one_are_kept_apart_by_what_they_are()
    {
        await using var store = await HeldStore.OpenAsync();
        await WriteAsync(store, "a-b", "v", 1);
        await WriteAsync(store, "a.b", "v", 2);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => AnswerAsync(store, "a_b_v", 60).AsTask());
        Assert.Equal(ErrorCodes.QueryFailed, refusal.Code);
        Assert.Contains("a-b", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("2", await AnswerAsync(store, "a_b_v{__stream__=\"a.b\"}", 60));
        Assert.Equal("1", await AnswerAsync(store, "a_b_v{__stream__!=\"a.b\"}", 60));
        Assert.Equal("", await AnswerAsync(store, "a_b_v{__field__=\"w\"}", 60));
        var metrics = await store.Database.PromQl.ListMetricsAsync(CallContext.Local, Workspace, AsOf.Latest, CancellationToken.None);
        Assert.Equal([("a_b_v", "a-b", "v"), ("a_b_v", "a.b", "v")], metrics.Select(static metric => (metric.Name, metric.Stream, metric.Field)));
    }

    [Fact]
    public async Task tags_become_labels_whatever_their_names_are()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Series("1st").WriteAsync(
            SeriesTags.Of([new("a b", "1"), new("a-b", "2"), new("__name__", "3"), new("9", "4"), new("ü", "5")]), "temp °C", new EventTime(0), 7);
        var labels = Assert.Single(await store.Database.PromQl.ListSeriesAsync(CallContext.Local, Workspace, [], AsOf.Latest, CancellationToken.None));
        Assert.Equal("{_=\"5\", _9=\"4\", __name__=\"_1st_temp__C\", a_b=\"1\", a_b_=\"2\", tag__name__=\"3\"}", labels.ToString());
        Assert.Equal("7", await AnswerAsync(store, "_1st_temp__C{a_b_=\"2\", tag__name__=\"3\"}", 60));
    }

    [Fact]
    public async Task more_series_than_a_query_takes_in_are_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        var batch = new SeriesBatch();
        for (var i = 0; i <= Limits.PromSeriesMax; i++)
        {
            batch.Add(SeriesTags.Of([new("i", $"{i}")]), "v", new EventTime(0), 1);
        }

        await store.Database.Series("many").WriteAsync(batch);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => AnswerAsync(store, "count(many_v)", 1).AsTask());
        Assert.Equal((ErrorCodes.QueryTooLarge, (long?)Limits.PromSeriesMax), (refusal.Code, refusal.Limit));
        Assert.Equal($"{Limits.PromSeriesMax}", await AnswerAsync(store, "count(many_v{i!=\"0\"})", 1));
        Assert.Equal(ErrorCodes.QueryTooLarge, (await Assert.ThrowsAsync<TemporalException>(() => store.Database.PromQl.ListSeriesAsync(
            CallContext.Local, Workspace, [], AsOf.Latest, CancellationToken.None).AsTask())).Code);
    }

    private static async Task<string> TextAsync(HeldStore store, string stream, AsOf asOf)
    {
        var texts = new List<string>();
        foreach (var query in new[] { $"{stream}_load", $"sum by (host) (rate({stream}_load[2m]))", $"max(quantile_over_time(0.9, {stream}_load{{host=~\"h[1-4]\"}}[5m]))" })
        {
            var answer = await store.Database.PromQl.QueryRangeAsync(CallContext.Local, Workspace, query, PromGrid.Range(0, 600_000, 45_000), asOf, CancellationToken.None);
            texts.AddRange(answer.Result.Series.Select(series => $"{series.Labels.WithoutName()} {string.Join(',', series.Times)} {string.Join(',', series.Values)}"));
        }

        return string.Join('\n', texts);
    }

    private static async ValueTask<string> AnswerAsync(HeldStore store, string query, long second)
    {
        var answer = await store.Database.PromQl.QueryAsync(CallContext.Local, Workspace, query, second * 1_000, AsOf.Latest, CancellationToken.None);
        return string.Join(' ', answer.Result.Series.SelectMany(static series => series.Values));
    }

    private static async Task WriteAsync(HeldStore store, string stream, string field, double value) =>
        await store.Database.Series(stream).WriteAsync(SeriesTags.Empty, field, new EventTime(0), value);
}
