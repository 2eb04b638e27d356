using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Lifecycle;

/// <summary>The contract's example of a policy: streams keep points for 30 days, windows of a minute for a year, nothing beyond.</summary>
public sealed class StreamRetentionTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Example = """{"retention":[{"match":"series/*","keep":"365d","downsample":[{"after":"30d","to":"1m"}]}]}""";

    // A minute that is long over, 40 days ago.
    private static readonly DateTimeOffset Old = new(DateTimeOffset.UtcNow.AddDays(-40).Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);

    [Fact]
    public async Task points_become_windows_and_windows_go()
    {
        await server.ExpectAsync(201, "PUT", "/v1/thin");
        await server.ExpectAsync(200, "PUT", "/v1/thin/lifecycle/policy", Example);
        Assert.Contains("""[{"match":"series/*","keep":"365d","downsample":[{"after":"30d","to":"1m"}]}]""", (await server.ExpectAsync(200, "GET", "/v1/thin/lifecycle/policy")).Text, StringComparison.Ordinal);
        var recent = DateTimeOffset.UtcNow.AddHours(-1);
        for (var batch = 0; batch < 20; batch++)
        {
            var minute = Old.AddMinutes(batch * 10);
            await WriteAsync("cpu", Enumerable.Range(0, 600).Select(second => (minute.AddSeconds(second), "a", second % 60 / 4.0)));
        }

        var written = await WriteAsync("cpu", [(Old.AddDays(-400), "a", 1), (Old.AddDays(-390), "b", 2), (recent, "a", 3), (recent.AddMinutes(1), "b", 4)]);
        var before = await server.ExpectAsync(200, "GET", $"/v1/thin/series/cpu/aggregate?fn=count,sum,avg,min,max,first,last,stddev,rate&window=5m&from={TextOf(Old)}&groupBy=host");
        var dry = await RunAsync("""{"process":"distillation","dryRun":true}""");
        Assert.True(dry.GetProperty("removedPoints").GetInt64() is > 11_000 and < 13_000, dry.ToString());
        Assert.Equal(12_004, (await server.ExpectAsync(200, "GET", "/v1/thin/series/cpu")).Json.GetProperty("pointCount").GetInt64());
        await RunAsync("""{"process":"consolidation"}""");
        var counts = await RunAsync("""{"process":"distillation"}""");
        Assert.Equal(12_002, counts.GetProperty("removedPoints").GetInt64());
        Assert.Equal(0, (await RunAsync("""{"process":"distillation"}""")).GetProperty("removedPoints").GetInt64());

        var stream = (await server.ExpectAsync(200, "GET", "/v1/thin/series/cpu")).Json;
        Assert.Equal((12_002, "1m"), (stream.GetProperty("pointCount").GetInt64(), stream.GetProperty("resolutions")[0].GetProperty("resolution").GetString()));
        var pointsFrom = DateTimeOffset.Parse(stream.GetProperty("pointsFrom").GetString()!, CultureInfo.InvariantCulture);
        var keptFrom = DateTimeOffset.Parse(stream.GetProperty("keptFrom").GetString()!, CultureInfo.InvariantCulture);
        Assert.InRange(pointsFrom, DateTimeOffset.UtcNow.AddDays(-30).AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(-30));
        Assert.InRange(keptFrom, DateTimeOffset.UtcNow.AddDays(-365).AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(-365));

        // The same numbers as before, of whatever multiple of a minute.
        var after = await server.ExpectAsync(200, "GET", $"/v1/thin/series/cpu/aggregate?fn=count,sum,avg,min,max,first,last,stddev,rate&window=5m&from={TextOf(Old)}&groupBy=host");
        Assert.Equal(before.Json.GetProperty("value").ToString(), after.Json.GetProperty("value").ToString());
        Assert.Equal(12_002, (await server.ExpectAsync(200, "GET", "/v1/thin/series/cpu/aggregate?fn=count")).Rows.Single().GetProperty("count").GetInt64());

        // Points where there are some; of a range that has only windows, by wish, the last point of each.
        var points = await server.ExpectAsync(200, "GET", "/v1/thin/series/cpu/points");
        Assert.Equal([3.0, 4.0], points.Rows.Select(static row => row.GetProperty("value").GetDouble()));
        Assert.Equal(stream.GetProperty("pointsFrom").GetString(), points["pointsFrom"]);
        await ExpectGoneAsync($"/v1/thin/series/cpu/points?from={TextOf(Old)}");
        var coarse = await server.ExpectAsync(200, "GET", $"/v1/thin/series/cpu/points?from={TextOf(Old)}&coarse=true&limit=50&tag.host=a");
        Assert.All(coarse.Rows, static row => Assert.Equal(("1m", 14.75), (row.GetProperty("resolution").GetString(), row.GetProperty("value").GetDouble())));
        var next = await server.ExpectAsync(200, "GET", coarse["nextLink"]!.Replace(server.Client.BaseAddress!.ToString().TrimEnd('/'), "", StringComparison.Ordinal));
        Assert.Equal((50, 50), (coarse.Rows.Count, next.Rows.Count));
        await ExpectGoneAsync($"/v1/thin/series/cpu/aggregate?fn=avg&window=10s&from={TextOf(Old)}");
        await ExpectGoneAsync($"/v1/thin/series/cpu/aggregate?fn=p99&window=1m&from={TextOf(Old)}");
        await ExpectGoneAsync($"/v1/thin/series/cpu/aggregate?fn=count&from={TextOf(Old.AddSeconds(30))}");
        await ExpectGoneAsync($"/v1/thin/series/cpu/points?asOf={written["systemTime"]}");
        Assert.Equal("points_expired", (await server.ExpectAsync(422, "POST", "/v1/thin/series/cpu/points", BodyOf([(Old, "a", 1)])))["code"]);
        Assert.Equal(("points_expired", "from"), (await server.ExpectAsync(422, "DELETE", $"/v1/thin/series/cpu/points?from={TextOf(Old.AddSeconds(30))}") is var refused ? refused["code"] : "", refused["field"]));
        var prom = await server.ExpectAsync(200, "GET", $"/prom/thin/api/v1/query?query=cpu_v&time={Old.AddSeconds(61).ToUnixTimeSeconds()}");
        Assert.Contains("\"14.75\"", prom.Text, StringComparison.Ordinal);
        Assert.Single(prom.Json.GetProperty("warnings").EnumerateArray());

        // Whole windows can be deleted.
        await server.ExpectAsync(200, "DELETE", $"/v1/thin/series/cpu/points?from={TextOf(Old)}&to={TextOf(Old.AddMinutes(5))}");
        Assert.Equal(11_702, (await server.ExpectAsync(200, "GET", "/v1/thin/series/cpu")).Json.GetProperty("pointCount").GetInt64());
    }

    private static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static string BodyOf(IEnumerable<(DateTimeOffset Time, string Host, double Value)> points) =>
        JsonSerializer.Serialize(new { points = points.Select(static point => new { tags = new { host = point.Host }, fields = new { v = point.Value }, time = TextOf(point.Time) }) });

    private async Task<Answer> WriteAsync(string stream, IEnumerable<(DateTimeOffset Time, string Host, double Value)> points) =>
        await server.ExpectAsync(200, "POST", $"/v1/thin/series/{stream}/points", BodyOf(points));

    private async Task ExpectGoneAsync(string path) => Assert.Equal("history_expired", (await server.ExpectAsync(410, "GET", path))["code"]);

    private async Task<JsonElement> RunAsync(string body)
    {
        var accepted = await server.ExpectAsync(202, "POST", "/v1/thin/lifecycle/runs", body);
        var last = accepted;
        await Eventually.HoldsAsync("the run has ended", async () =>
        {
            last = await server.ExpectAsync(200, "GET", accepted.Header("Operation-Location")!);
            return last["status"] != "running";
        });
        Assert.Equal("succeeded", last["status"]);
        return last.Json.GetProperty("counts");
    }
}
