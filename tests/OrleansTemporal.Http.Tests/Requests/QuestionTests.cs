using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Questions in a body take the moment from the query, too, and bodies that may say nothing may be left out.</summary>
public sealed class QuestionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_question_in_a_body_heeds_the_moment_of_the_query()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/asked/a", """{"n":1}""");
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/asked/a", """{"n":2}""");
        foreach (var (path, body) in new[] { ("get", """{"keys":["a"]}"""), ("query", "{}") })
        {
            var then = await server.ExpectAsync(200, "POST", $"/v1/default/kv/asked/{path}?asOf=1", body);
            Assert.Equal(1, then.Rows[0].GetProperty("value").GetProperty("n").GetInt32());
            Assert.Equal("1", then.Json.GetProperty("asOf").GetProperty("sequence").ToString());
            await server.ExpectProblemAsync(400, "malformed_parameter", "POST", $"/v1/default/kv/asked/{path}?asOf=then", body);
        }

        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/asked", """{"dimensions":2,"metric":"l2"}""");
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/vectors/asked/a", """{"vector":[1,0]}""");
        await server.ExpectAsync(200, "PUT", "/v1/default/vectors/asked/a", """{"vector":[5,0]}""");
        var near = await server.ExpectAsync(200, "POST", $"/v1/default/vectors/asked/search?asOf={first["sequence"]}", """{"vector":[1,0]}""");
        Assert.Equal(0, near.Rows[0].GetProperty("distance").GetDouble());

        await server.ExpectAsync(201, "PUT", "/v1/default/signals/asked", """{"types":[{"name":"view","halfLife":"1d"}]}""");
        var seen = await server.ExpectAsync(200, "POST", "/v1/default/signals/asked/events", """{"events":[{"entity":"a","signal":"view"}]}""");
        await server.ExpectAsync(200, "POST", "/v1/default/signals/asked/events", """{"events":[{"entity":"a","signal":"view"}]}""");
        var signals = await server.ExpectAsync(200, "POST", $"/v1/default/signals/asked/entities?asOf={seen["sequence"]}", """{"entities":["a"]}""");
        Assert.Equal(1, signals.Rows[0].GetProperty("signals").GetProperty("view").GetProperty("counts").GetProperty("all").GetInt32());
    }

    [Fact]
    public async Task a_moment_in_the_query_goes_from_page_to_page()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/paged/{key}", "1");
        }

        await server.ExpectAsync(201, "PUT", "/v1/default/kv/paged/d", "1");
        var keys = new List<string>();
        for (var link = "/v1/default/kv/paged/query?asOf=3"; link is not null;)
        {
            var page = await server.ExpectAsync(200, "POST", link, """{"limit":2}""");
            keys.AddRange(page.Rows.Select(static row => row.GetProperty("key").GetString()!));
            link = page["nextLink"];
        }

        Assert.Equal(["a", "b", "c"], keys);
    }

    [Fact]
    public async Task a_body_of_which_everything_is_optional_may_be_left_out()
    {
        Assert.Equal("atLeastOnce", (await server.ExpectAsync(201, "PUT", "/v1/default/channels/plain"))["guarantee"]);
        await server.ExpectAsync(201, "PUT", "/v1/default/timelines/plain", """{"dimensions":2}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/timelines/plain/observers/o");
        await server.ExpectAsync(201, "POST", "/v1/default/timelines/plain/branches", """{"name":"b"}""");
        await server.ExpectAsync(201, "POST", "/v1/default/timelines/plain/deltas?branch=b", """{"indices":[0],"values":[1]}""");
        Assert.Equal("True", (await server.ExpectAsync(200, "POST", "/v1/default/timelines/plain/branches/b/merge"))["merged"]);
    }
}
