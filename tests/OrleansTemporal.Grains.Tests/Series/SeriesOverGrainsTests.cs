using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Grains.Tests.Series;

/// <summary>Points over grains, asked for in the silo and outside of it: the same facade, the same answers.</summary>
public sealed class SeriesOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private const string Workspace = "default";
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public async Task points_are_read_and_added_up_now_and_as_of_their_moment(bool outside, int partitions)
    {
        var series = outside ? silo.Client.SeriesService : silo.Database.SeriesService;
        var stream = new SeriesStream(series, Workspace, $"load-{outside}-{partitions}");
        await series.CreateAsync(CallContext.Local, Workspace, stream.Name, new SeriesSettings { Partitions = partitions }, CancellationToken.None);
        var batch = new SeriesBatch();
        for (var i = 0; i < 3_000; i++)
        {
            batch.Add(SeriesTags.Of([new("host", $"h{i % 10}")]), "v", new EventTime(i * Second), i);
        }

        var written = await stream.WriteAsync(batch);
        await stream.DeleteAsync(new SeriesSelector { From = 1_000 * Second });
        var now = await stream.ReadAsync(new SeriesSelector(), limit: 10_000);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(static i => (double)i), now.Values.ToArray());
        var before = await stream.ReadAsync(new SeriesSelector { Tags = [new TagMatcher("host", TagMatcherKind.Equal, "h3")] }, 10_000, AsOf.At(written.SystemTime));
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => (i * 10.0) + 3), before.Values.ToArray());
        var rows = await stream.AggregateAsync(
            new SeriesSelector(), ["avg", "p99"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 100 * Second }, AsOf.At(written.SystemTime));
        Assert.Equal(30, rows.Rows.Length);
        Assert.Equal([2_949.5, 2_998], rows.Rows[^1].Results.ToArray());
        Assert.Equal(10, (await stream.DescribeAsync()).SeriesCount);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => stream.AggregateAsync(new SeriesSelector(), ["mean"], WindowSpec.Whole).AsTask());
        Assert.Equal((ErrorCodes.InvalidField, "fn"), (refusal.Code, refusal.Field));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task streams_are_joined_scored_and_fitted_in_the_silo_and_outside(bool outside)
    {
        var stream = new SeriesStream(outside ? silo.Client.SeriesService : silo.Database.SeriesService, Workspace, $"said-{outside}");
        var batch = new SeriesBatch();
        for (var i = 0; i < 200; i++)
        {
            batch.Add(SeriesTags.Empty, "v", new EventTime(i * Second), i + (i % 7 / 10.0));
        }

        await stream.WriteAsync(batch);
        var joined = await stream.JoinAsync(new SeriesJoinQuery { With = stream.Name, Within = Second, Limit = 10_000 });
        Assert.Equal(598, joined.Rows.Length);
        Assert.Equal(200, (await stream.ScoreAsync(new SeriesAnomalyQuery { Limit = 1_000 })).Rows.Length);
        var trend = await stream.TrendAsync(new SeriesTrendQuery { Horizon = 10 * Second });
        Assert.Equal((1.0, 10), (Math.Round(trend.Slope, 3), trend.Forecast.Length));
        Assert.Empty((await stream.CorrelateAsync(new SeriesCorrelationQuery { Significance = 0 })).Rows);
    }

    [Fact]
    public async Task points_are_there_when_the_grain_comes_back()
    {
        var stream = silo.Client.Series("comes-back");
        await stream.WriteAsync(SeriesTags.Empty, "v", new EventTime(1), 1);
        await stream.WriteAsync(SeriesTags.Empty, "v", new EventTime(2), 2);
        await silo.DeactivateAsync(new AgentId(Workspace, AgentKind.Series, "comes-back", 0));
        var page = await stream.ReadAsync(new SeriesSelector());
        Assert.Equal([1.0, 2.0], page.Values.ToArray());
    }
}
