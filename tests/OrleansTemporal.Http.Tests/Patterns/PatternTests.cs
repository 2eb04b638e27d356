using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Patterns;

/// <summary>Standing queries over REST.</summary>
public sealed class PatternTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Definition = """
        {"followedBy":{"first":{"stream":"cpu","field":"usage","tags":{"zone":"x"},"gt":0.9},"then":{"stream":"log","gte":1}},"within":"5m","on":["host"]}
        """;

    [Fact]
    public async Task a_match_becomes_a_point_of_the_stream_of_alerts()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/patterns/failing", Definition);
        Assert.Equal("""{"first":{"stream":"cpu","field":"usage","tags":{"zone":"x"},"gt":0.9},"then":{"stream":"log","gte":1}}""", made.Json.GetProperty("followedBy").GetRawText());
        await server.ExpectAsync(200, "PUT", "/v1/default/patterns/failing", Definition);
        await server.ExpectAsync(200, "POST", "/v1/default/series/cpu/points", """
            {"points":[{"tags":{"host":"a","zone":"x"},"fields":{"usage":0.95},"time":"2026-01-02T03:00:00Z"},{"tags":{"host":"b","zone":"y"},"fields":{"usage":0.95},"time":"2026-01-02T03:00:00Z"}]}
            """);
        await server.ExpectAsync(200, "POST", "/v1/default/series/log/points", """
            {"points":[{"tags":{"host":"a"},"fields":{"errors":3},"time":"2026-01-02T03:04:00Z"},{"tags":{"host":"b"},"fields":{"errors":3},"time":"2026-01-02T03:04:00Z"}]}
            """);
        await Eventually.HoldsAsync("the match is counted", async () =>
            (await server.ExpectAsync(200, "GET", "/v1/default/patterns/failing")).Json.GetProperty("matchCount").GetInt64() == 1);
        var alert = Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/series/alerts/points?field=value&tag.pattern=failing")).Rows);
        Assert.Equal("""{"time":"2026-01-02T03:04:00Z","tags":{"host":"a","pattern":"failing"},"value":3}""", alert.GetRawText());
        Assert.Equal("failing", Assert.Single((await server.ExpectAsync(200, "GET", "/v1/default/patterns")).Rows).GetProperty("name").GetString());
        await server.ExpectAsync(200, "DELETE", "/v1/default/patterns/failing");
        Assert.Equal("pattern_not_found", (await server.ExpectAsync(404, "GET", "/v1/default/patterns/failing")).Json.GetProperty("code").GetString());
        await server.ExpectAsync(404, "DELETE", "/v1/default/patterns/failing");
    }

    [Theory]
    [InlineData("""{"within":"5m"}""", "body")]
    [InlineData("""{"times":{"count":2,"of":{"stream":"cpu"}}}""", "within")]
    [InlineData("""{"threshold":{"stream":"cpu"},"within":"soon"}""", "within")]
    [InlineData("""{"threshold":{"stream":"cpu","gt":"1"},"within":"5m"}""", "threshold.gt")]
    [InlineData("""{"threshold":{"stream":"cpu","gt":1e999},"within":"5m"}""", "threshold.gt")]
    [InlineData("""{"threshold":{"field":"x"},"within":"5m"}""", "threshold.stream")]
    [InlineData("""{"threshold":{"stream":"cpu","what":1},"within":"5m"}""", "threshold.what")]
    [InlineData("""{"threshold":5,"within":"5m"}""", "threshold")]
    [InlineData("""{"times":{"of":{"stream":"cpu"},"count":0},"within":"5m"}""", "times.count")]
    [InlineData("""{"times":{"of":{"stream":"cpu"},"count":1.5},"within":"5m"}""", "times.count")]
    [InlineData("""{"times":{"count":2},"within":"5m"}""", "times.of")]
    [InlineData("""{"followedBy":{"first":{"stream":"cpu"}},"within":"5m"}""", "then")]
    [InlineData("""{"threshold":{"stream":"cpu"},"times":{"of":{"stream":"cpu"},"count":2},"within":"5m"}""", "times")]
    [InlineData("""{"threshold":{"stream":"alerts"},"within":"5m"}""", "stream")]
    [InlineData("""{"threshold":{"stream":"cpu"},"within":"5m","on":["pattern"]}""", "on")]
    [InlineData("""{"threshold":{"stream":"cpu"},"within":"5m","until":"7d"}""", "until")]
    public async Task what_is_no_pattern_is_refused_with_its_field(string body, string field)
    {
        var problem = await server.ExpectAsync(422, "PUT", "/v1/default/patterns/bad", body);
        Assert.Equal(field, problem.Json.GetProperty("field").GetString());
        await server.ExpectAsync(404, "GET", "/v1/default/patterns/bad");
    }
}
