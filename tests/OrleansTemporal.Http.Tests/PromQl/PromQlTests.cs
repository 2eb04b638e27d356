using System.Globalization;
using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.PromQl;

/// <summary>The Prometheus HTTP API.</summary>
public sealed class PromQlTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Api = "/prom/metrics/api/v1/";
    private const string Start = "2026-01-01T00:00:00Z";

    // 2026-01-01T00:00:00Z.
    private const long StartSeconds = 1_767_225_600;

    public async Task InitializeAsync()
    {
        if ((await server.SendAsync("GET", "/v1/metrics")).Status == 200)
        {
            return;
        }

        await server.SendAsync("PUT", "/v1/metrics", "{}");
        var points = Enumerable.Range(0, 40).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"tags":{"host":"{{{(i % 2 == 0 ? "a" : "b")}}}","data-center":"x"},"fields":{"requests":{{{(i / 2 * (1 + (i % 2)) * 15)}}}},"time":"2026-01-01T00:{{{i / 8:d2}}}:{{{i / 2 % 4 * 15:d2}}}Z"}"""));
        await server.ExpectAsync(200, "POST", "/v1/metrics/series/web/points", $$"""{"points":[{{string.Join(',', points)}}]}""");
        await server.ExpectAsync(200, "POST", "/v1/metrics/series/room/points", $$"""{"points":[{"fields":{"temp.max":21.5},"time":"{{Start}}"}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task a_query_answers_for_a_moment_in_the_envelope()
    {
        var answer = await server.ExpectAsync(200, "GET", $"{Api}query?query=web_requests&time={StartSeconds + 60.5}");
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("success", answer["status"]);
        Assert.Equal(
            """{"resultType":"vector","result":[{"metric":{"__name__":"web_requests","data_center":"x","host":"a"},"value":[1767225660.5,"60"]},{"metric":{"__name__":"web_requests","data_center":"x","host":"b"},"value":[1767225660.5,"120"]}]}""",
            answer["data"]);
        Assert.NotNull(answer.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
        Assert.Equal("""{"resultType":"scalar","result":[1767225600,"+Inf"]}""", (await QueryAsync("1/0"))["data"]);
        Assert.Equal("""{"resultType":"string","result":[0,"a\"b"]}""", (await QueryAsync("'a\"b'"))["data"]);
        Assert.Equal("""{"resultType":"vector","result":[]}""", (await QueryAsync("nothing"))["data"]);
        Assert.Equal("""[[1767225600,"21.5"]]""", (await QueryAsync("room_temp_max[1m]")).Json.GetProperty("data").GetProperty("result")[0].GetProperty("values").GetRawText());
    }

    [Fact]
    public async Task a_range_of_rates_by_host_as_a_form()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["query"] = "sum by (host) (rate(web_requests{data_center=\"x\"}[1m]))",
            ["start"] = (StartSeconds + 120).ToString(CultureInfo.InvariantCulture),
            ["end"] = "2026-01-01T00:04:00Z",
            ["step"] = "1m",
        });
        using var response = await server.Client.PostAsync(new Uri($"{Api}query_range", UriKind.Relative), form);
        var answer = await Answer.ReadAsync(response);
        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"resultType":"matrix","result":[{"metric":{"host":"a"},"values":[[1767225720,"1"],[1767225780,"1"],[1767225840,"1"]]},{"metric":{"host":"b"},"values":[[1767225720,"2"],[1767225780,"2"],[1767225840,"2"]]}]}""",
            answer["data"]);
    }

    [Fact]
    public async Task labels_values_series_and_metadata_say_what_there_is()
    {
        Assert.Equal("""["__name__","data_center","host"]""", (await server.ExpectAsync(200, "GET", Api + "labels"))["data"]);
        Assert.Equal("""["__name__"]""", (await server.ExpectAsync(200, "GET", Api + "labels?match[]=room_temp_max"))["data"]);
        Assert.Equal("""["room_temp_max","web_requests"]""", (await server.ExpectAsync(200, "GET", Api + "label/__name__/values"))["data"]);
        Assert.Equal("""["a","b"]""", (await server.ExpectAsync(200, "POST", Api + "label/host/values"))["data"]);
        var limited = await server.ExpectAsync(200, "GET", Api + "label/host/values?limit=1&start=0&end=1");
        Assert.Equal("""["a"]""", limited["data"]);
        Assert.Equal(1, limited.Json.GetProperty("warnings").GetArrayLength());
        Assert.Equal("""[{"__name__":"web_requests","data_center":"x","host":"b"}]""", (await server.ExpectAsync(200, "GET", Api + "series?match[]=" + Uri.EscapeDataString("{host=~\"b|c\"}") + "&match[]=none"))["data"]);
        Assert.Equal("""{"room_temp_max":[{"type":"unknown","help":"Field 'temp.max' of stream 'room'.","unit":""}]}""", (await server.ExpectAsync(200, "GET", Api + "metadata?metric=room_temp_max"))["data"]);
        Assert.Equal(2, (await server.ExpectAsync(200, "GET", Api + "metadata")).Json.GetProperty("data").EnumerateObject().Count());
        Assert.StartsWith("3.", (await server.ExpectAsync(200, "GET", Api + "status/buildinfo")).Json.GetProperty("data").GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_query_answers_as_of_a_moment_before_a_correction()
    {
        await server.SendAsync("PUT", "/v1/lately", "{}");
        var first = await server.ExpectAsync(200, "POST", "/v1/lately/series/late/points", $$"""{"points":[{"fields":{"v":1},"time":"{{Start}}"}]}""");
        await server.ExpectAsync(200, "POST", "/v1/lately/series/late/points", $$"""{"points":[{"fields":{"v":2},"time":"{{Start}}"},{"fields":{"w":3},"time":"{{Start}}"}]}""");
        const string Query = $"/prom/lately/api/v1/query?query=late_v&time={Start}";
        Assert.Contains("\"2\"", (await server.ExpectAsync(200, "GET", Query))["data"], StringComparison.Ordinal);
        var then = $"&asOf={first["systemTime"]}";
        var answer = await server.ExpectAsync(200, "GET", Query + then);
        Assert.Contains("\"1\"", answer["data"], StringComparison.Ordinal);
        Assert.Equal(first["systemTime"], answer.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
        const string Names = "/prom/lately/api/v1/label/__name__/values?match[]=%7B__name__%3D~%22late.*%22%7D";
        Assert.Equal("""["late_v","late_w"]""", (await server.ExpectAsync(200, "GET", Names))["data"]);
        Assert.Equal("""["late_v"]""", (await server.ExpectAsync(200, "GET", Names + then))["data"]);
        Assert.Equal("""{"resultType":"vector","result":[]}""", (await server.ExpectAsync(200, "GET", Query + "&asOf=2020-01-01T00:00:00Z"))["data"]);
    }

    [Theory]
    [InlineData("query", 400, "bad_data", "malformed_parameter")]
    [InlineData("query?query=", 400, "bad_data", "malformed_query")]
    [InlineData("query?query=(", 400, "bad_data", "malformed_query")]
    [InlineData("query?query=1&time=x", 400, "bad_data", "malformed_parameter")]
    [InlineData("query?query=1&time=1e30", 400, "bad_data", "malformed_parameter")]
    [InlineData("query?query=1&asOf=x", 400, "bad_data", "malformed_parameter")]
    [InlineData("query?query=1&asOf=7", 422, "execution", "sequence_needs_one_agent")]
    [InlineData("query?query=web_requests&asOf=2200-01-01T00:00:00Z", 422, "execution", "as_of_in_future")]
    [InlineData("query?query=%FF", 400, "bad_data", "malformed_parameter")]
    [InlineData("query?query=sum({__name__=~\".%2B\"})%2Bon(x)({__name__=~\".%2B\"})&time=1767225600", 422, "execution", "query_failed")]
    [InlineData("query_range?query=1&start=0&end=1", 400, "bad_data", "malformed_parameter")]
    [InlineData("query_range?query=1&start=0&end=1&step=0", 400, "bad_data", "malformed_parameter")]
    [InlineData("query_range?query=1&start=1&end=0&step=1", 400, "bad_data", "malformed_query")]
    [InlineData("query_range?query=1&start=0&end=11001&step=1", 413, "execution", "query_too_large")]
    [InlineData("query_range?query=web_requests[1m]&start=0&end=1&step=1", 400, "bad_data", "malformed_query")]
    [InlineData("series", 400, "bad_data", "malformed_parameter")]
    [InlineData("series?match[]={}", 400, "bad_data", "malformed_query")]
    [InlineData("labels?limit=-1", 400, "bad_data", "malformed_parameter")]
    [InlineData("labels?start=yesterday", 400, "bad_data", "malformed_parameter")]
    [InlineData("label/a-b/values", 400, "bad_data", "malformed_parameter")]
    public async Task what_can_not_be_is_refused_in_the_envelope(string request, int status, string type, string code)
    {
        using var response = await server.Client.GetAsync(new Uri(Api + request, UriKind.Relative));
        var answer = await Answer.ReadAsync(response);
        Assert.Equal((status, "error", type, code), (answer.Status, answer["status"], answer["errorType"], answer["code"]));
        Assert.NotNull(answer["error"]);
    }

    [Fact]
    public async Task the_largest_range_is_answered()
    {
        var answer = await server.ExpectAsync(200, "GET", Api + "query_range?query=vector(1)&start=0&end=11000&step=1");
        Assert.Equal(11_001, answer.Json.GetProperty("data").GetProperty("result")[0].GetProperty("values").GetArrayLength());
    }

    [Fact]
    public async Task a_workspace_that_is_not_there_and_a_broken_form_are_refused()
    {
        Assert.Equal((404, "not_found"), await StatusAsync(new StringContent(""), "/prom/nowhere/api/v1/labels"));
        using var broken = new StringContent("query=%zz", Encoding.ASCII, "application/x-www-form-urlencoded");
        Assert.Equal((400, "bad_data"), await StatusAsync(broken, Api + "query"));
        using var unknown = new StringContent("a=%C3%A4&query=1", Encoding.ASCII, "application/x-www-form-urlencoded");
        Assert.Equal((200, null), await StatusAsync(unknown, Api + "query"));
        Assert.Equal(404, (await server.SendAsync("GET", Api + "query_exemplars")).Status);
        Assert.Equal(405, (await server.SendAsync("PUT", Api + "query")).Status);
    }

    // Goal: noise in any parameter is answered or refused, and never a fault of the service.
    [Fact]
    public async Task noise_is_answered_or_refused()
    {
        var random = new Random(20_260_101);
        string[] pieces = ["web_requests", "{", "}", "(", ")", "[1m]", "sum", "rate", "by", "\"", "host=~\"a\"", "+", "-1", "5m", "@", "offset", "%", "&", "=", "1e400", "NaN", "\u0000", "ä", "time=1", "&step=1s", "&start=1", "&end=9"];
        for (var i = 0; i < 300; i++)
        {
            var noise = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            var route = new[] { "query?query=", "query_range?start=0&end=60&step=30&query=", "series?match[]=", "labels?match[]=", "query?query=1&time=" }[random.Next(5)];
            var answer = await server.SendAsync("GET", Api + route + Uri.EscapeDataString(noise));
            Assert.True(answer.Status is 200 or 400 or 413 or 422, $"{route}{noise}: {answer.Status} {answer.Text}");
            Assert.Equal(answer.Status == 200 ? "success" : "error", answer["status"]);
        }
    }

    private Task<Answer> QueryAsync(string query) => server.ExpectAsync(200, "GET", $"{Api}query?time={Start}&query={Uri.EscapeDataString(query)}");

    private async Task<(int Status, string? Type)> StatusAsync(HttpContent content, string path)
    {
        using var response = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        var answer = await Answer.ReadAsync(response);
        return (answer.Status, answer["errorType"]);
    }
}
