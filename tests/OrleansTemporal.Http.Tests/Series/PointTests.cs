using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Series;

/// <summary>Points over REST.</summary>
public sealed class PointTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Body =
        """
        {"points":[
          {"tags":{"host":"a"},"fields":{"usage":1.5},"time":"2026-01-01T00:00:00Z"},
          {"tags":{"host":"b"},"fields":{"usage":2.5},"time":"2026-01-01T00:00:00.5Z"},
          {"tags":{"host":"a"},"fields":{"usage":-3},"time":"2026-01-01T00:01:00.000000001Z"}]}
        """;

    [Fact]
    public async Task points_are_written_and_read_in_time_order()
    {
        var written = await server.ExpectAsync(200, "POST", "/v1/default/series/cpu/points", Body);
        Assert.Equal("3", written["accepted"]);
        Assert.Equal("series/default/cpu/0", written["agent"]);
        Assert.Equal(written["root"], written.Header("x-ot-root"));
        var all = await server.ExpectAsync(200, "GET", "/v1/default/series/cpu/points?field=usage");
        Assert.Equal(
            [
                """{"time":"2026-01-01T00:00:00Z","tags":{"host":"a"},"value":1.5}""",
                """{"time":"2026-01-01T00:00:00.500Z","tags":{"host":"b"},"value":2.5}""",
                """{"time":"2026-01-01T00:01:00.000000001Z","tags":{"host":"a"},"value":-3}""",
            ],
            all.Rows.Select(row => row.GetRawText()));
        Assert.Null(all["nextLink"]);
        var some = await server.ExpectAsync(200, "GET", "/v1/default/series/cpu/points?field=usage&tag.host=a&from=2026-01-01T00:00:00Z&to=2026-01-01T00:01:00Z");
        Assert.Equal([1.5], some.Rows.Select(row => row.GetProperty("value").GetDouble()));
        Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/series/cpu/points?tagNot.host=a")).Rows);
        Assert.Equal(3, (await server.ExpectAsync(200, "GET", "/v1/default/series/cpu/points?tagMatches.host=%5Bab%5D")).Rows.Count);
    }

    [Fact]
    public async Task what_was_overwritten_or_deleted_is_there_as_of_before()
    {
        const string path = "/v1/default/series/past/points";
        var first = await server.ExpectAsync(200, "POST", path, PointAt("2026-01-01T00:00:00Z", "1"));
        var second = await server.ExpectAsync(200, "POST", path, PointAt("2026-01-01T00:00:00Z", "2"));
        var deleted = await server.ExpectAsync(200, "DELETE", path + "?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z");
        Assert.Equal("3", deleted["sequence"]);
        Assert.Empty((await server.ExpectAsync(200, "GET", path)).Rows);
        Assert.Equal([1], await ValuesAsync(path + $"?asOf={first["systemTime"]}"));
        Assert.Equal([2], await ValuesAsync(path + $"?asOf={second["systemTime"]}"));
        Assert.Equal([2], await ValuesAsync(path + "?asOf=2"));
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "?asOf=2100-01-01T00:00:00Z");
        await server.ExpectProblemAsync(404, "stream_not_found", "GET", path + "?asOf=2020-01-01T00:00:00Z");
    }

    [Fact]
    public async Task pages_follow_each_other_and_stay_stable_under_writes()
    {
        const string path = "/v1/default/series/pages/points";
        var points = string.Join(',', Enumerable.Range(0, 25).Select(i => $$"""{"tags":{"n":"{{i % 3}}"},"fields":{"v":{{i}}},"time":"2026-01-01T00:00:{{i / 3:d2}}Z"}"""));
        await server.ExpectAsync(200, "POST", path, $$"""{"points":[{{points}}]}""");
        var values = new List<double>();
        for (string? next = path + "?field=v&limit=4"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            values.AddRange(page.Rows.Select(row => row.GetProperty("value").GetDouble()));
            await server.ExpectAsync(200, "POST", path, PointAt("2026-01-01T00:00:01Z", "-1", "v"));
            next = page["nextLink"];
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => (double)i), values);
    }

    [Fact]
    public async Task points_are_exported_as_csv_and_ndjson()
    {
        const string path = "/v1/default/series/export/points";
        await server.ExpectAsync(200, "POST", path, """{"points":[{"tags":{"host":"a,b","zone":"x"},"fields":{"f":0.1},"time":"2026-01-01T00:00:00Z"},{"fields":{"f":1e300},"time":"2026-01-01T00:00:01Z"}]}""");
        var csv = await server.ExpectAsync(200, "GET", path + "?field=f", null, ("Accept", "text/csv"));
        Assert.Equal("time,host,zone,value\r\n2026-01-01T00:00:00Z,\"a,b\",x,0.1\r\n2026-01-01T00:00:01Z,,,1E+300\r\n", csv.Text);
        var lines = await server.ExpectAsync(200, "GET", path, null, ("Accept", "application/x-ndjson"));
        Assert.Equal("{\"time\":\"2026-01-01T00:00:00Z\",\"tags\":{\"host\":\"a,b\",\"zone\":\"x\"},\"field\":\"f\",\"value\":0.1}", lines.Text.Split('\n')[0]);
        Assert.Equal(3, lines.Text.Split('\n').Length);
        Assert.Equal("application/x-ndjson", lines.Header("Content-Type"));
    }

    [Fact]
    public async Task streams_are_listed_and_described()
    {
        await server.ExpectAsync(200, "POST", "/v1/default/series/described/points", Body);
        Assert.Contains("described", (await server.ExpectAsync(200, "GET", "/v1/default/series")).Rows.Select(row => row.GetProperty("name").GetString()));
        var stream = await server.ExpectAsync(200, "GET", "/v1/default/series/described");
        Assert.Equal("""["usage"]""", stream["fields"]);
        Assert.Equal("""{"host":["a","b"]}""", stream["tags"]);
        Assert.Equal(("2", "3"), (stream["seriesCount"], stream["pointCount"]));
        Assert.Equal(("2026-01-01T00:00:00Z", "2026-01-01T00:01:00.000000001Z"), (stream["firstTime"], stream["lastTime"]));
        await server.ExpectProblemAsync(404, "stream_not_found", "GET", "/v1/default/series/nothing");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/series");
    }

    [Fact]
    public async Task the_same_key_and_body_again_is_answered_as_before_and_kept_once()
    {
        const string path = "/v1/default/series/once/points";
        var first = await server.ExpectAsync(200, "POST", path, Body, ("Idempotency-Key", "k"));
        var again = await server.ExpectAsync(200, "POST", path, Body, ("Idempotency-Key", "k"));
        Assert.Equal(first["sequence"], again["sequence"]);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "POST", path, PointAt("2026-01-01T00:00:00Z", "9"), ("Idempotency-Key", "k"));
        await server.ExpectAsync(200, "DELETE", path + "?tag.host=a", null, ("Idempotency-Key", "d"));
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "DELETE", path + "?tag.host=b", null, ("Idempotency-Key", "d"));
        Assert.Equal("1", (await server.ExpectAsync(200, "GET", "/v1/default/series/once"))["pointCount"]);
    }

    [Theory]
    [InlineData("""{"points":[{"fields":{"v":NaN}}]}""", 400, "malformed_json", null)]
    [InlineData("""{"points":[{"fields":{"v":1e999}}]}""", 422, "invalid_field", "points[0].fields.v")]
    [InlineData("""{"points":[{"fields":{"v":1}},{"fields":{"v":"x"}}]}""", 422, "invalid_field", "points[1].fields.v")]
    [InlineData("""{"points":[{"fields":{}}]}""", 422, "invalid_field", "points[0].fields")]
    [InlineData("""{"points":[{}]}""", 422, "invalid_field", "points[0].fields")]
    [InlineData("""{"points":[]}""", 422, "invalid_field", "points")]
    [InlineData("""{}""", 422, "invalid_field", "points")]
    [InlineData("""{"points":[{"fields":{"v":1},"tags":{"a":""}}]}""", 422, "invalid_field", "points[0].tags")]
    [InlineData("""{"points":[{"fields":{"v":1},"tags":{"a":1}}]}""", 422, "invalid_field", "points[0].tags.a")]
    [InlineData("""{"points":[{"fields":{"v":1},"time":"yesterday"}]}""", 422, "invalid_field", "points[0].time")]
    [InlineData("""{"points":[{"fields":{"v":1},"at":1}]}""", 422, "invalid_field", "points[0].at")]
    public async Task what_can_not_be_is_refused_with_its_field_and_nothing_is_kept(string body, int status, string code, string? field)
    {
        var problem = await server.ExpectProblemAsync(status, code, "POST", "/v1/default/series/refused/points", body);
        Assert.Equal(field, problem["field"]);
        await server.ExpectProblemAsync(404, "stream_not_found", "GET", "/v1/default/series/refused");
    }

    [Fact]
    public async Task limits_are_named()
    {
        var points = string.Join(',', Enumerable.Repeat("""{"fields":{"v":1}}""", Limits.BatchCountMax + 1));
        var problem = await server.ExpectProblemAsync(413, "batch_too_large", "POST", "/v1/default/series/limits/points", $$"""{"points":[{{points}}]}""");
        Assert.Equal($"{Limits.BatchCountMax}", problem["limit"]);
        await server.ExpectProblemAsync(422, "invalid_name", "POST", "/v1/default/series/_x/points", Body);
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/series/cpu/points?from=noon");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/series/cpu/points?tag.host=a&tag.host=b");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/series/cpu/points?cursor=x");
    }

    private async Task<List<double>> ValuesAsync(string path) =>
        [.. (await server.ExpectAsync(200, "GET", path)).Rows.Select(row => row.GetProperty("value").GetDouble())];

    private static string PointAt(string time, string value, string field = "usage") => $$"""{"points":[{"fields":{"{{field}}":{{value}}},"time":"{{time}}"}]}""";
}
