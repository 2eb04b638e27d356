using System.Globalization;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Series;

/// <summary>Aggregates over REST.</summary>
public sealed class AggregateTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Path = "/v1/default/series/load/aggregate";

    public Task InitializeAsync()
    {
        // One point each ten seconds for two minutes, of two hosts: 0..11 and 100..111.
        var points = Enumerable.Range(0, 24).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $$$"""{"tags":{"host":"{{{(i < 12 ? "a" : "b")}}}"},"fields":{"v":{{{(i % 12) + (i / 12 * 100)}}}},"time":"2026-03-28T23:{{{58 + (i % 12 / 6)}}}:{{{i % 6 * 10:d2}}}Z"}"""));
        return server.ExpectAsync(200, "POST", "/v1/default/series/load/points", $$"""{"points":[{{string.Join(',', points)}}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task one_row_without_a_window()
    {
        var row = Assert.Single((await server.ExpectAsync(200, "GET", Path + "?field=v&fn=count,sum,avg,min,max,first,last,stddev,p50,p99.9&tag.host=a")).Rows);
        Assert.Equal(
            """{"start":"2026-03-28T23:58:00Z","end":"2026-03-28T23:59:50.000000001Z","tags":{},"count":12,"sum":66,"avg":5.5,"min":0,"max":11,"first":0,"last":11,"stddev":3.605551275463989,"p50":5,"p99.9":11}""",
            row.GetRawText());
    }

    [Fact]
    public async Task windows_by_kind_and_group()
    {
        var tumbling = await server.ExpectAsync(200, "GET", Path + "?field=v&fn=sum,rate&window=1m&groupBy=host");
        Assert.Equal(
            ["""{"host":"a"} 15 0.1""", """{"host":"a"} 51 0.1""", """{"host":"b"} 615 0.1""", """{"host":"b"} 651 0.1"""],
            tumbling.Rows.Select(row => $"{row.GetProperty("tags")} {row.GetProperty("sum")} {row.GetProperty("rate")}"));
        Assert.Equal([2, 4, 6, 6, 6, 6, 4, 2], await CountsAsync("&kind=sliding&window=1m&slide=20s&tag.host=a"));
        Assert.Equal([24], await CountsAsync("&kind=session&gap=11s"));
        Assert.Equal(12, (await CountsAsync("&kind=session&gap=10s")).Count);
        Assert.Equal([10, 10, 4], await CountsAsync("&kind=count&window=10"));
        Assert.Equal([5, 5, 5, 5, 4], await CountsAsync("&kind=adaptive&window=10m&count=5"));
    }

    [Fact]
    public async Task series_are_chosen_by_lists_and_patterns_of_tags()
    {
        Assert.Equal([24], await CountsAsync("&kind=session&gap=1h&tagIn.host=a,b,c"));
        Assert.Equal([12], await CountsAsync("&kind=session&gap=1h&tagIn.host=b,%5C,"));
        Assert.Empty(await CountsAsync("&kind=session&gap=1h&tagIn.host=a%5C,b"));
        Assert.Equal([12], await CountsAsync("&kind=session&gap=1h&tagNotMatches.host=%5Bac%5D"));
        Assert.Equal([24], await CountsAsync("&kind=session&gap=1h&tagMatches.host=a%7Cb"));
        await server.ExpectAsync(400, "GET", Path + "?field=v&fn=count&tagIn.=a");
        await server.ExpectAsync(422, "GET", Path + "?field=v&fn=count&tagNotMatches.host=%28");
    }

    [Fact]
    public async Task an_answer_says_how_it_was_computed()
    {
        var answer = await server.ExpectAsync(200, "GET", Path + "?field=v&fn=sum&window=1m");
        Assert.Equal("""{"series":2,"chunksSummed":0,"chunksRolledUp":0,"chunksDecoded":2,"pointsRead":24}""", answer.Json.GetProperty("plan").GetRawText());
    }

    [Fact]
    public async Task days_begin_at_midnight_of_a_time_zone()
    {
        var utc = await server.ExpectAsync(200, "GET", Path + "?field=v&fn=count&window=1d");
        Assert.Equal("2026-03-28T00:00:00Z", utc.Rows.Single().GetProperty("start").GetString());
        var berlin = await server.ExpectAsync(200, "GET", Path + "?field=v&fn=count&window=1d&tz=Europe%2FBerlin");

        // The day on which clocks go on has 23 hours.
        Assert.Equal(
            ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            (berlin.Rows.Single().GetProperty("start").GetString(), berlin.Rows.Single().GetProperty("end").GetString()));
    }

    [Fact]
    public async Task rows_come_in_pages()
    {
        var sums = new List<string>();
        for (string? next = Path + "?field=v&fn=sum&window=20s&groupBy=host&limit=5"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            Assert.InRange(page.Rows.Count, 1, 5);
            sums.AddRange(page.Rows.Select(row => row.GetProperty("sum").ToString()));
            next = page["nextLink"];
        }

        Assert.Equal(["1", "5", "9", "13", "17", "21", "201", "205", "209", "213", "217", "221"], sums);
    }

    [Theory]
    [InlineData("?field=v", 400, "fn")]
    [InlineData("?field=v&fn=mean", 422, "fn")]
    [InlineData("?field=v&fn=p101", 422, "fn")]
    [InlineData("?field=v&fn=avg&window=0s", 400, "window")]
    [InlineData("?field=v&fn=avg&window=1", 400, "window")]
    [InlineData("?field=v&fn=avg&window=1m&kind=hopping", 400, "kind")]
    [InlineData("?field=v&fn=avg&window=1m&kind=sliding", 422, "slide")]
    [InlineData("?field=v&fn=avg&window=7d&kind=sliding&slide=1ms", 422, "slide")]
    [InlineData("?field=v&fn=avg&kind=session", 422, "gap")]
    [InlineData("?field=v&fn=avg&kind=adaptive&window=1m", 422, "count")]
    [InlineData("?field=v&fn=avg&window=1d&tz=Nowhere", 422, "tz")]
    public async Task what_can_not_be_is_refused_with_its_parameter(string query, int status, string field)
    {
        var problem = await server.ExpectProblemAsync(status, status == 400 ? "malformed_parameter" : "invalid_field", "GET", Path + query);
        Assert.Equal(field, problem["field"]);
    }

    [Fact]
    public async Task several_fields_are_not_added_up()
    {
        await server.ExpectAsync(200, "POST", "/v1/default/series/two/points", """{"points":[{"fields":{"a":1,"b":2}}]}""");
        Assert.Equal("field", (await server.ExpectProblemAsync(422, "invalid_field", "GET", "/v1/default/series/two/aggregate?fn=avg"))["field"]);
        Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/series/two/aggregate?fn=avg&field=b")).Rows);
    }

    private async Task<List<int>> CountsAsync(string query) =>
        [.. (await server.ExpectAsync(200, "GET", Path + "?field=v&fn=count" + query)).Rows.Select(row => row.GetProperty("count").GetInt32())];
}
