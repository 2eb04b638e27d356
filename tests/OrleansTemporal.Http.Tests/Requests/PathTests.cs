using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Goal: a path names exactly one key, whatever tricks are in it. Raw sockets, since clients tidy paths.</summary>
public sealed class PathTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task slash_escaped_slash_and_colon_are_three_keys()
    {
        string[] targets = ["a%2Fb", "a%252Fb", "a:b"];
        string[] keys = ["a/b", "a%2Fb", "a:b"];
        for (var i = 0; i < targets.Length; i++)
        {
            var written = await RawConnection.AskAsync(server, "PUT", $"/v1/default/kv/three/{targets[i]}", $"{i}");
            Assert.Equal(201, written.Status);
            Assert.Equal(keys[i], written["key"]);
        }

        for (var i = 0; i < targets.Length; i++)
        {
            var read = await RawConnection.AskAsync(server, "GET", $"/v1/default/kv/three/{targets[i]}");
            Assert.Equal($"{i}", read["value"]);
            Assert.Equal(keys[i], read["key"]);
        }
    }

    [Theory]
    [InlineData("/v1/default/kv/users/..")]
    [InlineData("/v1/default/kv/users/.")]
    [InlineData("/v1/default/kv/users/%2E%2E")]
    [InlineData("/v1/default/kv/users/%2e")]
    [InlineData("/v1/default/kv/users/.%2e")]
    [InlineData("/v1/default/kv/users/%2E%2E/other/secret")]
    [InlineData("/v1/default/kv/users/../other/secret")]
    [InlineData("/v1/default/kv//key")]
    [InlineData("/v1/default/kv/users/")]
    [InlineData("/v1/")]
    [InlineData("//")]
    [InlineData("//v1/default")]
    [InlineData("/v1/default/kv/users/%")]
    [InlineData("/v1/default/kv/users/%4")]
    [InlineData("/v1/default/kv/users/%zz")]
    [InlineData("/v1/default/kv/users/%u0041")]
    [InlineData("/v1/default/kv/users/%C0%AF")]
    [InlineData("/v1/default/kv/users/%C0%AE%C0%AE")]
    [InlineData("/v1/default/kv/users/%E0%80%AF")]
    [InlineData("/v1/default/kv/users/%FF")]
    [InlineData("/v1/default/kv/users/%ED%A0%80")]
    [InlineData("/v1/default/kv/users/%F4%90%80%80")]
    [InlineData("/v1/default/kv/users/%C3")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/..")]
    public async Task crooked_paths_are_malformed(string target)
    {
        var answer = await RawConnection.AskAsync(server, "GET", target);
        answer.IsProblem(400, "malformed_path");
    }

    [Theory]
    [InlineData("/v1/default/kv/users/%00")]
    [InlineData("*")]
    [InlineData("v1/default")]
    public async Task paths_that_the_server_itself_refuses_are_the_clients_fault(string target)
    {
        var answer = await RawConnection.AskAsync(server, "GET", target);
        Assert.InRange(answer.Status, 400, 499);
    }

    [Fact]
    public async Task absolute_form_reaches_the_same_key()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/absolute/a%2Fb", "1");
        var answer = await RawConnection.AskAsync(server, "GET", $"http://{server.EndPoint}/v1/default/kv/absolute/a%2Fb?asOf=1");
        Assert.Equal("1", answer["value"]);
        var crooked = await RawConnection.AskAsync(server, "GET", $"http://{server.EndPoint}/v1/default/kv/absolute/%2E%2E/x");
        crooked.IsProblem(400, "malformed_path");
    }

    [Theory]
    [InlineData("%61", "a")]
    [InlineData("%E2%82%AC", "€")]
    [InlineData("%F0%9F%98%80", "😀")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%20b", "a b")]
    [InlineData("...", "...")]
    [InlineData("a;v=1", "a;v=1")]
    [InlineData("%5C..%5C", "\\..\\")]
    [InlineData("..%2F..", "../..")]
    [InlineData("%2E%2E%2Fsecret", "../secret")]
    [InlineData("HISTORY", "HISTORY")]
    [InlineData("_SETTINGS", "_SETTINGS")]
    [InlineData("history", "history")]
    public async Task segments_decode_exactly_once(string segment, string key)
    {
        var written = await RawConnection.AskAsync(server, "PUT", $"/v1/default/kv/once/{segment}", "1");
        Assert.Equal(key, written["key"]);
        var read = await server.ExpectAsync(200, "POST", "/v1/default/kv/once/get", $$"""{"keys":[{{System.Text.Json.JsonSerializer.Serialize(key)}}]}""");
        Assert.Equal("1", read.Rows[0].GetProperty("value").ToString());
    }

    [Theory]
    [InlineData("get")]
    [InlineData("batch")]
    [InlineData("query")]
    public async Task keys_named_like_post_routes_are_keys(string key)
    {
        await server.ExpectAsync(201, "PUT", $"/v1/default/kv/likeroutes/{key}", "1");
        await server.ExpectAsync(200, "GET", $"/v1/default/kv/likeroutes/{key}");
        await server.ExpectAsync(200, "GET", $"/v1/default/kv/likeroutes/{key}/history");
        await server.ExpectAsync(200, "DELETE", $"/v1/default/kv/likeroutes/{key}");
    }

    [Theory]
    [InlineData("/V1/default/kv/users/a")]
    [InlineData("/v1/default/KV/users/a")]
    [InlineData("/v1/default/kv/users/a/History")]
    [InlineData("/v1/default/kv/users/a/history/more")]
    [InlineData("/v1/default/nothing")]
    [InlineData("/Health/live")]
    [InlineData("/nothing")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13")]
    public async Task unknown_routes_are_not_found(string target)
    {
        var answer = await RawConnection.AskAsync(server, "GET", target);
        answer.IsProblem(404, "route_not_found");
    }

    [Theory]
    [InlineData("POST", "/v1/default/kv/users/a", "DELETE, GET, HEAD, PUT")]
    [InlineData("PATCH", "/v1/default/kv/users/a", "DELETE, GET, HEAD, PUT")]
    [InlineData("OPTIONS", "/v1/default/kv/users/a", "DELETE, GET, HEAD, PUT")]
    [InlineData("DELETE", "/v1/default/kv/users/_settings", "GET, HEAD, PUT")]
    [InlineData("PUT", "/v1/default/kv/users", "GET, HEAD")]
    [InlineData("POST", "/v1", "GET, HEAD")]
    [InlineData("GET", "/v1/default/verify", "POST")]
    [InlineData("BREW", "/health/live", "GET, HEAD")]
    public async Task unknown_methods_are_not_allowed(string method, string target, string allow)
    {
        var answer = await RawConnection.AskAsync(server, method, target);
        answer.IsProblem(405, "method_not_allowed");
        Assert.Equal(allow, answer.Header("Allow"));
    }
}
