using OrleansTemporal.Causality;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Values that end, as a client sees them.</summary>
public sealed class TimeToLiveTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_value_says_when_it_ends()
    {
        const string path = "/v1/default/kv/ends/a";
        var put = await server.ExpectAsync(201, "PUT", path + "?ttl=1h", "1");
        Assert.Equal(TimeSpan.FromHours(1), At(put["expiresAt"]!) - At(put["systemTime"]!));
        Assert.Equal(put["expiresAt"], (await server.ExpectAsync(200, "GET", path))["expiresAt"]);
        Assert.Null((await server.ExpectAsync(200, "PUT", path, "2"))["expiresAt"]);
        Assert.Null((await server.ExpectAsync(200, "GET", path))["expiresAt"]);
    }

    [Fact]
    public async Task a_value_that_is_over_is_not_found_and_history_says_since_when()
    {
        const string path = "/v1/default/kv/over/a%2Fb";
        var put = await server.ExpectAsync(201, "PUT", path + "?ttl=1ms", "1");
        await UntilAsync(put["expiresAt"]!);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", path);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", $"{path}?asOf={put["expiresAt"]}");
        await server.ExpectAsync(200, "GET", $"{path}?asOf={put["systemTime"]}");
        await server.ExpectProblemAsync(404, "key_not_found", "DELETE", path);
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/kv/over")).Rows);
        var found = (await server.ExpectAsync(200, "POST", "/v1/default/kv/over/get", """{"keys":["a/b"]}""")).Rows;
        Assert.Equal("key_not_found", found[0].GetProperty("code").GetString());

        var history = (await server.ExpectAsync(200, "GET", path + "/history")).Rows;
        Assert.Equal(2, history.Count);
        Assert.True(history[0].GetProperty("deleted").GetBoolean());
        Assert.Equal(put["expiresAt"], history[0].GetProperty("systemTime").GetString());
        Assert.Equal(put["writeId"], history[0].GetProperty("previousWriteId").GetString());
        var again = await server.ExpectAsync(201, "PUT", path, "2");
        Assert.Equal(history[0].GetProperty("writeId").GetString(), again["previousWriteId"]);
    }

    [Fact]
    public async Task history_pages_over_an_end()
    {
        const string path = "/v1/default/kv/pages/a";
        for (var i = 0; i < 3; i++)
        {
            var put = await server.ExpectAsync(201, "PUT", path + "?ttl=1ms", "1");
            await UntilAsync(put["expiresAt"]!);
        }

        foreach (var order in new[] { "asc", "desc" })
        {
            var whole = (await server.ExpectAsync(200, "GET", $"{path}/history?order={order}")).Rows.Select(static row => row.GetProperty("writeId").GetString()).ToArray();
            var pages = new List<string?>();
            for (var link = $"{path}/history?order={order}&limit=1"; link is not null;)
            {
                var page = await server.ExpectAsync(200, "GET", link);
                pages.AddRange(page.Rows.Select(static row => row.GetProperty("writeId").GetString()));
                link = page["nextLink"];
            }

            Assert.Equal(6, whole.Length);
            Assert.Equal(whole, pages);
        }
    }

    [Fact]
    public async Task the_settings_of_a_namespace_are_the_default_and_none_is_for_ever()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/defaults/_settings", """{"ttl":"7d"}""");
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/defaults/a", "1");
        Assert.Equal(TimeSpan.FromDays(7), At(put["expiresAt"]!) - At(put["systemTime"]!));
        Assert.Null((await server.ExpectAsync(201, "PUT", "/v1/default/kv/defaults/b?ttl=none", "1"))["expiresAt"]);
        var batch = await server.ExpectAsync(
            200,
            "POST",
            "/v1/default/kv/defaults/batch",
            """{"operations":[{"put":{"key":"c","value":1}},{"put":{"key":"d","value":1,"ttl":"none"}},{"put":{"key":"e","value":1,"ttl":"250ms"}}]}""");
        Assert.Contains("\"key\":\"c\"", batch.Text, StringComparison.Ordinal);
        var c = await server.ExpectAsync(200, "GET", "/v1/default/kv/defaults/c");
        Assert.Equal(TimeSpan.FromDays(7), At(c["expiresAt"]!) - At(c["systemTime"]!));
        Assert.Null((await server.ExpectAsync(200, "GET", "/v1/default/kv/defaults/d"))["expiresAt"]);
    }

    [Fact]
    public async Task what_ends_soon_is_listed_in_pages()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/soon/c?ttl=10m", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/soon/a%26b?ttl=20m", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/soon/b?ttl=30m", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/soon/later?ttl=2h", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/soon/never", "1");
        var keys = new List<string?>();
        for (var link = "/v1/default/kv/soon/_expiring?within=1h&limit=1"; link is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", link);
            keys.AddRange(page.Rows.Select(static row => row.GetProperty("key").GetString()));
            Assert.All(page.Rows, static row => Assert.True(row.TryGetProperty("expiresAt", out _) && row.TryGetProperty("writeId", out _)));
            link = page["nextLink"];
        }

        Assert.Equal(["c", "a&b", "b"], keys);
        Assert.Equal(4, (await server.ExpectAsync(200, "GET", "/v1/default/kv/soon/_expiring?within=3h")).Rows.Count);
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/kv/nosuch/_expiring")).Rows);
    }

    [Theory]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=1", "ttl")]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=", "ttl")]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=-1s", "ttl")]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=1.5h", "ttl")]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=1s&ttl=2s", "ttl")]
    [InlineData(400, "malformed_parameter", "PUT", "k?ttl=99999999999999999999d", "ttl")]
    [InlineData(422, "invalid_field", "PUT", "k?ttl=0s", "ttl")]
    [InlineData(422, "invalid_field", "PUT", "k?ttl=36501d", "ttl")]
    [InlineData(400, "malformed_parameter", "GET", "_expiring?within=none", "within")]
    [InlineData(422, "invalid_field", "GET", "_expiring?within=0ms", "within")]
    [InlineData(400, "malformed_parameter", "GET", "_expiring?cursor=zz", "cursor")]
    [InlineData(400, "malformed_parameter", "GET", "_expiring?limit=0", "limit")]
    public async Task times_that_can_not_be_are_refused(int status, string code, string method, string path, string field)
    {
        var answer = await server.ExpectProblemAsync(status, code, method, "/v1/default/kv/badttl/" + path, method == "PUT" ? "1" : null);
        Assert.Equal(field, answer["field"]);
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant[..23] + "Z", System.Globalization.CultureInfo.InvariantCulture);

    // Asks until the service says that its time is past the instant; nothing here depends on how long that takes.
    private async Task UntilAsync(string instant)
    {
        while (string.CompareOrdinal((await server.ExpectAsync(200, "GET", "/v1/default/kv/clock/_expiring")).Header("x-ot-system-time"), instant) <= 0)
        {
            await Task.Yield();
        }
    }
}
