using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>Scores, trends, correlations and links of what is stored.</summary>
public sealed class SeriesAnalyticsTests
{
    private const long Minute = 60_000_000_000;

    [Fact]
    public async Task points_are_scored_each_beside_its_own_series_page_by_page_and_as_of_a_moment()
    {
        await using var store = await HeldStore.OpenAsync();
        var stream = store.Database.Series("s");
        var random = new Random(1);
        var batch = new SeriesBatch();
        for (var i = 0; i < 600; i++)
        {
            batch.Add(SeriesTags.Of([new("host", "a")]), "v", new EventTime(i * Minute), (10 * Math.Sin(i * Math.PI / 12)) + random.NextDouble());
            batch.Add(SeriesTags.Of([new("host", "b")]), "v", new EventTime(i * Minute), 1_000 + random.NextDouble() + (i == 500 ? 30 : 0));
        }

        var written = await stream.WriteAsync(batch);
        await stream.WriteAsync(SeriesTags.Of([new("host", "a")]), "v", new EventTime(550 * Minute), 60);
        var query = new SeriesAnomalyQuery { Selector = new SeriesSelector { Field = "v", From = 400 * Minute }, History = 400 * Minute, Limit = 70 };
        var rows = new List<SeriesAnomaly>();
        for (var hasMore = true; hasMore;)
        {
            var page = await stream.ScoreAsync(query);
            rows.AddRange(page.Rows);
            (hasMore, query) = (page.HasMore, query with { After = page.Rows[^1].Point, AsOf = AsOf.At(page.SystemTime) });
        }

        Assert.Equal(400, rows.Count);
        Assert.Equal(rows.Select(static row => row.Point).Order(), rows.Select(static row => row.Point));
        Assert.Equal([("host=b v", 500 * Minute), ("host=a v", 550 * Minute)], rows.Where(static row => row.Reading.Score > 0.7).Select(static row => (row.Point.Series, row.Point.Time)));
        var before = await stream.ScoreAsync(query with { After = null, Limit = 1_000, MinScore = 0.7, AsOf = AsOf.At(written.SystemTime) });
        Assert.Equal([500 * Minute], before.Rows.Select(static row => row.Point.Time));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task a_trend_is_found_over_series_and_partitions_and_forecast(int partitions)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.SeriesService.CreateAsync(CallContext.Local, "default", "s", new SeriesSettings { Partitions = partitions }, CancellationToken.None);
        var random = new Random(1);
        var batch = new SeriesBatch();
        for (var i = 0; i < 480; i++)
        {
            for (var host = 0; host < 5; host++)
            {
                batch.Add(SeriesTags.Of([new("host", $"{host}")]), "v", new EventTime(i * Minute), (host - 2) + (0.5 * i) + (20 * Math.Sin(i * Math.PI / 12)) + random.NextDouble());
            }
        }

        await store.Database.Series("s").WriteAsync(batch);
        var trend = await store.Database.Series("s").TrendAsync(new SeriesTrendQuery { Horizon = 48 * Minute });
        Assert.Equal((0L, Minute, 480), (trend.Start, trend.Step, trend.Count));
        Assert.Equal(0.5 / 60, trend.Slope, 1e-5);
        Assert.Equal(0.5, trend.Intercept, 0.5);
        Assert.Equal(24 * Minute, trend.Season!.Period);
        Assert.Equal(Enumerable.Range(480, 48).Select(static i => i * Minute), trend.Forecast.Select(static point => point.Time));
        Assert.All(trend.Forecast, static point =>
        {
            var i = point.Time / (double)Minute;
            Assert.InRange((0.5 * i) + (20 * Math.Sin(i * Math.PI / 12)) + 0.5, point.Low - 0.5, point.High + 0.5);
        });
    }

    [Fact]
    public async Task a_trend_needs_points_and_its_steps_may_be_chosen()
    {
        await using var store = await HeldStore.OpenAsync();
        var stream = store.Database.Series("s");
        await stream.WriteAsync(SeriesTags.Empty, "v", new EventTime(long.MinValue), 1);
        await stream.WriteAsync(SeriesTags.Empty, "v", new EventTime(long.MaxValue), 2);
        await RefusedAsync(ErrorCodes.NotEnoughPoints, "from", new SeriesTrendQuery());
        await RefusedAsync(ErrorCodes.NotEnoughPoints, "from", new SeriesTrendQuery { Selector = new SeriesSelector { From = 1, To = 2 } });
        stream = store.Database.Series("t");
        foreach (var (time, value) in new[] { (-1_000_000_000_000_000_000, 1), (0, double.MaxValue), (1_000_000_000_000_000_000, -double.Epsilon) })
        {
            await stream.WriteAsync(SeriesTags.Empty, "v", new EventTime(time), value);
        }

        var trend = await stream.TrendAsync(new SeriesTrendQuery());
        Assert.Equal(3, trend.Count);
        Assert.True(double.IsFinite(trend.Slope) && double.IsFinite(trend.Intercept));
        await RefusedAsync(ErrorCodes.InvalidField, "horizon", new SeriesTrendQuery { Horizon = long.MaxValue });
        await RefusedAsync(ErrorCodes.InvalidField, "step", new SeriesTrendQuery { Step = 0 });
        await RefusedAsync(ErrorCodes.InvalidField, "model", new SeriesTrendQuery { Model = "mine" });

        async Task RefusedAsync(string code, string field, SeriesTrendQuery query)
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(() => stream.TrendAsync(query).AsTask());
            Assert.Equal((code, field), (refusal.Code, refusal.Field));
        }
    }

    [Fact]
    public async Task a_model_of_the_host_forecasts_and_what_is_no_forecast_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("ot-forecast-").FullName;
        try
        {
            var model = new DoublingModel();
            await using var database = await TemporalDatabase.OpenAsync(new TemporalOptions { DataDirectory = folder, ForecastModels = [model] });
            for (var i = 0; i < 10; i++)
            {
                await database.Series("s").WriteAsync(SeriesTags.Empty, "v", new EventTime(i * Minute), i);
            }

            var query = new SeriesTrendQuery { Horizon = 3 * Minute, Model = "doubling" };
            Assert.Equal([18.0, 18, 18], (await database.Series("s").TrendAsync(query)).Forecast.Select(static point => point.Value));
            model.Answer = static question => [.. question.Forecast.Take(1)];
            await FailsAsync();
            model.Answer = static question => [.. question.Forecast.Select(static point => point with { High = double.NaN })];
            await FailsAsync();
            model.Answer = static _ => throw new InvalidOperationException();
            await FailsAsync();

            async Task FailsAsync() =>
                Assert.Equal(ErrorCodes.ForecastFailed, (await Assert.ThrowsAsync<TemporalException>(() => database.Series("s").TrendAsync(query).AsTask())).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task streams_that_move_together_are_found_with_their_lag_and_others_are_not()
    {
        await using var store = await HeldStore.OpenAsync();
        var random = new Random(5);
        var values = new double[520];
        for (var i = 1; i < values.Length; i++)
        {
            values[i] = (0.7 * values[i - 1]) + random.NextDouble() - 0.5;
        }

        var (cause, effect, noise) = (new SeriesBatch(), new SeriesBatch(), new SeriesBatch());
        for (var i = 20; i < 520; i++)
        {
            cause.Add(SeriesTags.Empty, "load", new EventTime(i * Minute), values[i]);
            cause.Add(SeriesTags.Empty, "opposite", new EventTime(i * Minute), -Math.Pow(values[i], 3));
            effect.Add(SeriesTags.Of([new("host", i % 2 == 0 ? "a" : "b")]), "latency", new EventTime(i * Minute), Math.Exp(values[i - 5]) + (0.05 * random.NextDouble()));
            noise.Add(SeriesTags.Empty, "v", new EventTime(i * Minute), random.NextDouble());
        }

        await store.Database.Series("cause").WriteAsync(cause);
        await store.Database.Series("effect").WriteAsync(effect);
        await store.Database.Series("noise").WriteAsync(noise);
        var page = await store.Database.Series("cause").CorrelateAsync(new SeriesCorrelationQuery { Selector = new SeriesSelector { Field = "load" }, MaxLag = 30 * Minute });
        Assert.Equal((3, Minute), (page.Compared, page.Step));
        Assert.Equal([("cause", "opposite", 0L), ("effect", "latency", 5 * Minute)], page.Rows.Select(static row => (row.Stream, row.Field, row.Lag)));
        Assert.Equal(-1, page.Rows[0].Coefficient, 1e-9);
        Assert.True(page.Rows[1].Coefficient > 0.9);
    }

    [Fact]
    public async Task linked_streams_are_added_up_together_moved_back_by_their_lag_and_links_have_a_history()
    {
        await using var store = await HeldStore.OpenAsync();
        var service = store.Database.SeriesService;
        for (var i = 0; i < 6; i++)
        {
            await store.Database.Series("a").WriteAsync(SeriesTags.Of([new("host", "x")]), "v", new EventTime(i * Minute), i);
            await store.Database.Series("b").WriteAsync(SeriesTags.Of([new("host", "x")]), "w", new EventTime((i + 2) * Minute), 100 + i);
        }

        var query = new SeriesAggregateQuery
        {
            Selector = new SeriesSelector { From = Minute, To = 5 * Minute },
            Functions = ["sum", "count"],
            GroupBy = ["host"],
            Window = new WindowSpec { Kind = WindowKind.Tumbling, Size = 2 * Minute },
        };
        var unlinked = await service.AggregateLinkedAsync(CallContext.Local, "default", "a", query, CancellationToken.None);
        Assert.Equal([1.0, 5, 4], unlinked.Rows.Select(static row => row.Results[0]));
        await service.LinkAsync(CallContext.Local, "default", "a", [new SeriesLink { Stream = "b", Field = "w", Lag = 2 * Minute }], CancellationToken.None);
        var linked = await service.AggregateLinkedAsync(CallContext.Local, "default", "a", query, CancellationToken.None);
        Assert.Equal([102.0, 210, 108], linked.Rows.Select(static row => row.Results[0]));
        Assert.Equal([2.0, 4, 2], linked.Rows.Select(static row => row.Results[1]));
        Assert.Equal([1.0, 5, 4], (await service.AggregateLinkedAsync(CallContext.Local, "default", "a", query with { AsOf = AsOf.At(unlinked.SystemTime) }, CancellationToken.None)).Rows.Select(static row => row.Results[0]));

        await store.ReopenAsync(clean: false);
        service = store.Database.SeriesService;
        Assert.Equal([new SeriesLink { Stream = "b", Field = "w", Lag = 2 * Minute }], (await service.GetLinksAsync(CallContext.Local, "default", "a", AsOf.Latest, CancellationToken.None)).ToArray());
        await store.Database.Series("a").WriteAsync(SeriesTags.Empty, "v", new EventTime(1), 1);
        foreach (var link in new[] { new SeriesLink { Stream = "nothing" }, new SeriesLink { Stream = "a" }, new SeriesLink { Stream = "b", Field = "" }, new SeriesLink { Stream = "b", Lag = long.MinValue } })
        {
            Assert.Equal(ErrorKind.Invalid, (await Assert.ThrowsAsync<TemporalException>(() => service.LinkAsync(CallContext.Local, "default", "a", [link], CancellationToken.None).AsTask())).Kind);
        }

        var many = ImmutableArray.CreateRange(Enumerable.Repeat(new SeriesLink { Stream = "b" }, Limits.SeriesLinksMax + 1));
        Assert.Equal(Limits.SeriesLinksMax, (await Assert.ThrowsAsync<TemporalException>(() => service.LinkAsync(CallContext.Local, "default", "a", many, CancellationToken.None).AsTask())).Limit);
    }

    private sealed class DoublingModel : IForecastModel
    {
        public Func<ForecastQuestion, ImmutableArray<SeriesForecastPoint>> Answer { get; set; } =
            static question => [.. question.Times.Select(time => new SeriesForecastPoint(time, 2 * question.Values[^1], double.MinValue, double.MaxValue))];

        public string Name => "doubling";

        public ValueTask<ImmutableArray<SeriesForecastPoint>> ForecastAsync(ForecastQuestion question, CancellationToken cancellationToken) => new(Answer(question));
    }
}
