using System.Globalization;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Series;

/// <summary>Joins, anomalies, trends, correlations and links over REST.</summary>
public sealed class AnalyticsTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Stream = "/v1/default/series/usage";

    public async Task InitializeAsync()
    {
        var random = new Random(1);
        var (usage, load) = (new List<string>(), new List<string>());
        for (var i = 0; i < 400; i++)
        {
            var value = (10 * Math.Sin(i * Math.PI / 12)) + random.NextDouble() + (i == 350 ? 30 : 0);
            var time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + (i * 60)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            usage.Add(string.Create(CultureInfo.InvariantCulture, $$$"""{"tags":{"host":"a"},"fields":{"v":{{{value}}}},"time":"{{{time}}}"}"""));
            load.Add(string.Create(CultureInfo.InvariantCulture, $$$"""{"tags":{"host":"{{{(i % 2 == 0 ? "a" : "b")}}}"},"fields":{"w":{{{-value}}}},"time":"{{{time}}}"}"""));
        }

        await server.ExpectAsync(200, "POST", Stream + "/points", $$"""{"points":[{{string.Join(',', usage)}}]}""");
        await server.ExpectAsync(200, "POST", "/v1/default/series/load/points", $$"""{"points":[{{string.Join(',', load)}}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task streams_are_joined_page_by_page()
    {
        var path = Stream + "/join?field=v&with=load&withField=w&on=host&within=60s&kind=interval&limit=150";
        var (count, link) = (0, (string?)path);
        while (link is not null)
        {
            var page = await server.ExpectAsync(200, "GET", link);
            Assert.All(page.Rows, static row => Assert.Equal("a", row.GetProperty("with").GetProperty("tags").GetProperty("host").GetString()));
            count += page.Rows.Count;
            link = page.Json.GetProperty("nextLink").GetString();
        }

        // Every point of host a within a minute: itself, or both of its neighbours.
        Assert.Equal(200 + 399, count);
        var newest = await server.ExpectAsync(200, "GET", Stream + "/join?with=load&on=host&kind=asof&limit=10");
        Assert.Equal(10, newest.Rows.Count);
        Assert.Equal(newest.Rows[0].GetProperty("time").GetString(), newest.Rows[1].GetProperty("with").GetProperty("time").GetString());
        await server.ExpectAsync(400, "GET", Stream + "/join?within=5s");
        await server.ExpectAsync(400, "GET", Stream + "/join?with=load&within=soon");
        await server.ExpectAsync(400, "GET", Stream + "/join?with=load&within=5s&kind=outer");
        await server.ExpectAsync(400, "GET", Stream + "/join?with=load&within=5s&cursor=1%202%203");
        await server.ExpectAsync(422, "GET", Stream + "/join?with=load");
        await server.ExpectAsync(422, "GET", Stream + "/join?with=load&within=5s&asOf=1");
        await server.ExpectAsync(404, "GET", Stream + "/join?with=nothing&within=5s");
    }

    [Fact]
    public async Task each_point_has_a_score_and_a_p_value()
    {
        var page = await server.ExpectAsync(200, "GET", Stream + "/anomalies?field=v&limit=1000");
        Assert.Equal(400, page.Rows.Count);
        Assert.All(page.Rows, static row => Assert.InRange(row.GetProperty("score").GetDouble(), 0, 1));
        var found = page.Rows.Where(static row => row.GetProperty("score").GetDouble() > 0.7).Select(static row => row.GetProperty("time").GetString());
        Assert.Equal(["2023-11-15T04:03:20Z"], found);
        var some = await server.ExpectAsync(200, "GET", Stream + "/anomalies?field=v&minScore=0.7&from=2023-11-15T00:00:00Z&history=7d");
        Assert.Equal("2023-11-15T04:03:20Z", Assert.Single(some.Rows).GetProperty("time").GetString());
        var first = await server.ExpectAsync(200, "GET", Stream + "/anomalies?field=v&limit=399");
        Assert.Single((await server.ExpectAsync(200, "GET", first.Json.GetProperty("nextLink").GetString()!)).Rows);
        await server.ExpectAsync(400, "GET", Stream + "/anomalies?minScore=2");
        await server.ExpectAsync(404, "GET", "/v1/default/series/nothing/anomalies?field=v");
    }

    [Fact]
    public async Task a_trend_has_slope_season_and_forecast()
    {
        var trend = (await server.ExpectAsync(200, "GET", Stream + "/trend?field=v&horizon=24m")).Json;
        Assert.Equal(0, trend.GetProperty("slope").GetDouble(), 1e-3);
        Assert.Equal("24m", trend.GetProperty("seasonality").GetProperty("period").GetString());
        Assert.Equal(24, trend.GetProperty("seasonality").GetProperty("profile").GetArrayLength());
        Assert.Equal(24, trend.GetProperty("forecast").GetArrayLength());
        Assert.All(trend.GetProperty("forecast").EnumerateArray(), static point =>
            Assert.InRange(point.GetProperty("value").GetDouble(), point.GetProperty("low").GetDouble(), point.GetProperty("high").GetDouble()));
        Assert.Equal("2023-11-15T04:53:00Z", trend.GetProperty("forecast")[0].GetProperty("time").GetString());
        Assert.Equal("not_enough_points", (await server.ExpectAsync(422, "GET", Stream + "/trend?field=v&to=2023-11-14T22:14:00Z")).Json.GetProperty("code").GetString());
        await server.ExpectAsync(422, "GET", Stream + "/trend?field=v&horizon=3650d");
        await server.ExpectAsync(422, "GET", Stream + "/trend?field=v&horizon=1h&model=mine");
        await server.ExpectAsync(400, "GET", Stream + "/trend?field=v&horizon=-1h");
    }

    [Fact]
    public async Task related_streams_are_named_with_their_lag_and_linked_ones_added_up_together()
    {
        var related = await server.ExpectAsync(200, "GET", Stream + "/correlations?field=v&maxLag=5m");
        var row = related.Rows.First(static row => row.GetProperty("stream").GetString() == "load");
        Assert.Equal(("w", "0s"), (row.GetProperty("field").GetString(), row.GetProperty("lag").GetString()));
        Assert.Equal(-1, row.GetProperty("coefficient").GetDouble(), 1e-6);
        await server.ExpectAsync(400, "GET", Stream + "/correlations?significance=often");

        const string links = """{"links":[{"stream":"load","field":"w","lag":"0s"}]}""";
        await server.ExpectAsync(200, "PUT", Stream + "/links", links);
        Assert.Equal(links, (await server.ExpectAsync(200, "GET", Stream + "/links")).Json.GetRawText());
        var both = Assert.Single((await server.ExpectAsync(200, "GET", Stream + "/aggregate?field=v&fn=count,sum&linked=true")).Rows);
        Assert.Equal((800, 0.0), (both.GetProperty("count").GetInt32(), Math.Round(both.GetProperty("sum").GetDouble(), 6)));
        Assert.Equal(400, Assert.Single((await server.ExpectAsync(200, "GET", Stream + "/aggregate?field=v&fn=count")).Rows).GetProperty("count").GetInt32());
        await server.ExpectAsync(422, "PUT", Stream + "/links", """{"links":[{"stream":"nothing"}]}""");
        await server.ExpectAsync(422, "PUT", Stream + "/links", """{"links":[{"stream":"load","lag":"soon"}]}""");
        await server.ExpectAsync(422, "PUT", Stream + "/links", """{"links":5}""");
        await server.ExpectAsync(404, "PUT", "/v1/default/series/nothing/links", """{"links":[]}""");
        await server.ExpectAsync(400, "GET", Stream + "/aggregate?field=v&fn=count&linked=maybe");
    }
}
