using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>One document over REST: put, get, head, delete.</summary>
public sealed class DocumentTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task put_answers_a_receipt_and_get_the_same_version()
    {
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/first/ada", """{ "born": 1815, "name": "Ada" }""");
        Assert.Equal("kv/default/first/0", put["agent"]);
        Assert.Equal("1", put["sequence"]);
        Assert.Equal(64, put["root"]!.Length);
        Assert.Equal(put["root"], put.Header("x-ot-root"));
        Assert.Equal($"\"{put["writeId"]}\"", put.Header("ETag"));
        Assert.Equal("ada", put["key"]);
        Assert.Null(put["previousWriteId"]);
        Assert.Equal(28, put["writeId"]!.Length);

        var get = await server.ExpectAsync(200, "GET", "/v1/default/kv/first/ada");
        Assert.Equal("application/json", get.Header("Content-Type"));
        Assert.Equal("nosniff", get.Header("X-Content-Type-Options"));
        Assert.Equal("""{"born":1815,"name":"Ada"}""", get.Json.GetProperty("value").GetRawText());
        foreach (var field in (string[])["key", "writeId", "distinctionId", "previousWriteId", "sequence", "systemTime"])
        {
            Assert.Equal(put[field], get[field]);
        }

        Assert.Equal("[]", get.Json.GetProperty("causes").GetRawText());
        Assert.False(get.Json.TryGetProperty("expiresAt", out _));
        Assert.NotNull(get.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
        Assert.Equal(put.Header("ETag"), get.Header("ETag"));
    }

    [Fact]
    public async Task second_put_answers_200_and_names_the_version_before()
    {
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/twice", "1");
        var second = await server.ExpectAsync(200, "PUT", "/v1/default/kv/docs/twice", "2");
        Assert.Equal(first["writeId"], second["previousWriteId"]);
        Assert.NotEqual(first["root"], second["root"]);
        Assert.True(string.CompareOrdinal(first["systemTime"], second["systemTime"]) < 0);
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData(" true ", "true")]
    [InlineData("\"text\"", "\"text\"")]
    [InlineData("[1,[2]]", "[1,[2]]")]
    [InlineData("{\"a\":{\"b\":\"€\"}}", "{\"a\":{\"b\":\"€\"}}")]
    public async Task any_json_is_a_value(string body, string value)
    {
        await server.SendAsync("PUT", "/v1/default/kv/docs/any", body);
        var get = await server.ExpectAsync(200, "GET", "/v1/default/kv/docs/any");
        Assert.Equal(value, get.Json.GetProperty("value").GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("NaN")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("1 2")]
    [InlineData("'a'")]
    public async Task what_is_not_json_is_refused_and_changes_nothing(string body)
    {
        await server.ExpectProblemAsync(400, "malformed_json", "PUT", "/v1/default/kv/docs/notjson", body);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/docs/notjson");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-8")]
    public async Task the_content_type_of_a_put_does_not_matter(string type)
    {
        using var content = new StringContent("{\"a\":1}");
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        using var response = await server.Client.PutAsync("/v1/default/kv/docs/type", content);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task head_answers_the_headers_of_get()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/head", "[1,2,3]");
        var get = await RawConnection.AskAsync(server, "GET", "/v1/default/kv/docs/head");
        var head = await RawConnection.AskAsync(server, "HEAD", "/v1/default/kv/docs/head");
        Assert.Equal(200, head.Status);
        Assert.Equal("", head.Text);
        foreach (var name in (string[])["ETag", "Content-Type", "Content-Length", "x-ot-system-time"])
        {
            Assert.Equal(get.Header(name), head.Header(name));
        }

        Assert.Equal(404, (await RawConnection.AskAsync(server, "HEAD", "/v1/default/kv/docs/absent")).Status);
    }

    [Fact]
    public async Task deleted_key_is_not_found_and_can_be_written_again()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/gone", "1");
        var delete = await server.ExpectAsync(200, "DELETE", "/v1/default/kv/docs/gone");
        Assert.Equal("2", Number(delete, await server.ExpectAsync(200, "GET", "/v1/default/kv/docs/gone/history")));
        Assert.Equal(delete["root"], delete.Header("x-ot-root"));
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/docs/gone");
        await server.ExpectProblemAsync(404, "key_not_found", "DELETE", "/v1/default/kv/docs/gone");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/gone", "2");
    }

    [Fact]
    public async Task absent_key_and_namespace_are_not_found()
    {
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/docs/absent");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/absent/absent");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/absent/absent/history");
        await server.ExpectProblemAsync(404, "key_not_found", "DELETE", "/v1/default/kv/absent/absent");
    }

    [Fact]
    public async Task keys_have_up_to_1024_bytes()
    {
        await server.ExpectAsync(201, "PUT", $"/v1/default/kv/docs/{new string('k', 1024)}", "1");
        await server.ExpectAsync(201, "PUT", $"/v1/default/kv/docs/{Uri.EscapeDataString(string.Concat(Enumerable.Repeat("€", 341)))}", "1");
        await server.ExpectProblemAsync(422, "invalid_key", "PUT", $"/v1/default/kv/docs/{new string('k', 1025)}", "1");
        await server.ExpectProblemAsync(422, "invalid_key", "GET", $"/v1/default/kv/docs/{Uri.EscapeDataString(string.Concat(Enumerable.Repeat("€", 342)))}");
    }

    [Theory]
    [InlineData("/v1/_system/kv/docs/a", "workspace")]
    [InlineData("/v1/.hidden/kv/docs/a", "workspace")]
    [InlineData("/v1/default/kv/_docs/a", "namespace")]
    [InlineData("/v1/default/kv/do%20cs/a", "namespace")]
    [InlineData("/v1/default/kv/d%2Focs/a", "namespace")]
    public async Task names_have_a_form(string path, string field)
    {
        var answer = await server.ExpectProblemAsync(422, "invalid_name", "GET", path);
        Assert.Equal(field, answer["field"]);
        await server.ExpectProblemAsync(422, "invalid_name", "PUT", path, "1");
    }

    [Fact]
    public async Task unknown_parameters_are_ignored() =>
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/unknown?colour=%ZZ&x", "1");

    [Fact]
    public async Task causes_travel_with_the_version()
    {
        var cause = await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/cause", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/effect", "1", ("x-ot-causes", $"{cause["writeId"]}, {cause["writeId"]}"));
        var get = await server.ExpectAsync(200, "GET", "/v1/default/kv/docs/effect");
        Assert.Contains(cause["writeId"], get.Json.GetProperty("causes").EnumerateArray().Select(id => id.GetString()));
        var bad = await server.ExpectProblemAsync(400, "malformed_parameter", "PUT", "/v1/default/kv/docs/effect", "1", ("x-ot-causes", "x"));
        Assert.Equal("x-ot-causes", bad["field"]);
        var many = string.Join(',', Enumerable.Repeat(cause["writeId"], Limits.CausesMax + 1));
        var large = await server.ExpectProblemAsync(413, "header_too_large", "PUT", "/v1/default/kv/docs/effect", "1", ("x-ot-causes", many));
        Assert.Equal("64", large["limit"]);
    }

    [Fact]
    public async Task system_time_comes_with_every_answer_and_orders_what_follows()
    {
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/ordered", "1");
        Assert.True(string.CompareOrdinal(put.Header("x-ot-system-time"), put["systemTime"]) >= 0);
        var ahead = OrleansTemporal.Causality.HybridTimestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddMilliseconds(300)).ToString();
        var after = await server.ExpectAsync(200, "PUT", "/v1/default/kv/docs/ordered", "2", ("x-ot-system-time", ahead));
        Assert.True(string.CompareOrdinal(after["systemTime"], ahead) > 0, $"{after["systemTime"]} is not after {ahead}");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/kv/docs/ordered", null, ("x-ot-system-time", "yesterday"));
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", "/v1/default/kv/docs/ordered", null, ("x-ot-system-time", "2999-01-01T00:00:00Z"));
    }

    [Fact]
    public async Task pages_of_other_origins_may_not_write()
    {
        await server.ExpectProblemAsync(403, "forbidden", "PUT", "/v1/default/kv/docs/foreign", "1", ("Origin", "http://evil.example"));
        await server.ExpectProblemAsync(403, "forbidden", "POST", "/v1/default/kv/docs/batch", "{}", ("Origin", "null"));
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/docs/own", "1", ("Origin", $"http://{server.EndPoint}"));
    }

    private static string Number(Answer delete, Answer history) =>
        history.Rows[0].GetProperty("writeId").GetString() == delete["writeId"] ? $"{history.Rows.Count}" : "not the newest";
}
