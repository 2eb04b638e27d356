using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Vectors;

/// <summary>Conditions of writes and reads of vectors.</summary>
public sealed class VectorPreconditionTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Path = "/v1/default/vectors/guarded";

    [Fact]
    public async Task writes_of_vectors_honour_their_conditions()
    {
        await server.SendAsync("PUT", Path, """{"dimensions":2,"metric":"l2"}""");
        await server.ExpectProblemAsync(412, "precondition_failed", "PUT", Path + "/a", """{"vector":[1,2]}""", ("If-Match", "*"));
        var first = (await server.ExpectAsync(201, "PUT", Path + "/a", """{"vector":[1,2]}""", ("If-None-Match", "*"))).Header("ETag")!;
        var refused = await server.ExpectProblemAsync(412, "precondition_failed", "PUT", Path + "/a", """{"vector":[3,4]}""", ("If-None-Match", "*"));
        Assert.Equal(first, refused.Header("ETag"));
        var second = (await server.ExpectAsync(200, "PUT", Path + "/a", """{"vector":[3,4]}""", ("If-Match", first))).Header("ETag")!;
        refused = await server.ExpectProblemAsync(412, "precondition_failed", "PUT", Path + "/a", """{"vector":[5,6]}""", ("If-Match", first));
        Assert.Equal(second, refused.Header("ETag"));
        await server.ExpectProblemAsync(412, "precondition_failed", "PUT", Path + "/a", """{"vector":[5,6]}""", ("If-Match", "\"of another store\""));
        await server.ExpectProblemAsync(400, "malformed_parameter", "PUT", Path + "/a", """{"vector":[5,6]}""", ("If-Match", "bare"));
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", Path + "/a", """{"vector":[5,6]}""", ("If-None-Match", first));
        Assert.Equal("[3,4]", (await server.ExpectAsync(200, "GET", Path + "/a")).Json.GetProperty("vector").GetRawText());
        await server.ExpectProblemAsync(412, "precondition_failed", "DELETE", Path + "/a", null, ("If-Match", first));
        await server.ExpectAsync(200, "DELETE", Path + "/a", null, ("If-Match", second));
        await server.ExpectProblemAsync(412, "precondition_failed", "DELETE", Path + "/a", null, ("If-Match", second));
        await server.ExpectAsync(201, "PUT", Path + "/a", """{"vector":[7,8]}""", ("If-None-Match", "*"));
    }

    [Fact]
    public async Task a_read_of_what_the_client_has_is_not_answered_again()
    {
        await server.SendAsync("PUT", Path, """{"dimensions":2,"metric":"l2"}""");
        var tag = (await server.SendAsync("PUT", Path + "/b", """{"vector":[1,2]}""")).Header("ETag")!;
        Assert.Equal("", (await server.ExpectAsync(304, "GET", Path + "/b", null, ("If-None-Match", $"\"other\", W/{tag}"))).Text);
        await server.ExpectAsync(200, "GET", Path + "/b", null, ("If-None-Match", "\"other\""));
    }

    [Fact]
    public async Task many_writers_that_count_up_under_a_condition_lose_nothing()
    {
        await server.SendAsync("PUT", Path, """{"dimensions":2,"metric":"l2"}""");
        await server.ExpectAsync(201, "PUT", Path + "/count", """{"vector":[0,1]}""");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var done = 0; done < 10;)
            {
                var read = await server.ExpectAsync(200, "GET", Path + "/count");
                var next = read.Json.GetProperty("vector")[0].GetInt32() + 1;
                done += (await server.SendAsync("PUT", Path + "/count", $$"""{"vector":[{{next}},1]}""", ("If-Match", read.Header("ETag")!))).Status == 200 ? 1 : 0;
            }
        }));
        Assert.Equal(40, (await server.ExpectAsync(200, "GET", Path + "/count")).Json.GetProperty("vector")[0].GetInt32());
    }

    [Fact]
    public async Task a_batch_says_which_of_its_items_is_refused()
    {
        await server.SendAsync("PUT", Path, """{"dimensions":2,"metric":"l2"}""");
        var wrong = await server.ExpectProblemAsync(422, "invalid_vector", "POST", Path + "/batch", """{"items":[{"id":"x","vector":[1,2]},{"id":"y","vector":[1]}]}""");
        Assert.Equal("items[1].vector", wrong["field"]);
        Assert.Equal("items[1].id", (await server.ExpectProblemAsync(422, "invalid_key", "POST", Path + "/batch", """{"items":[{"id":"x","vector":[1,2]},{"id":"","vector":[1,2]}]}"""))["field"]);
    }

    [Fact]
    public async Task a_collection_that_is_there_says_where_it_was_made()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/vectors/again", """{"dimensions":2}""");
        var again = await server.ExpectAsync(200, "PUT", "/v1/default/vectors/again", """{"dimensions":2}""");
        Assert.Equal((made["agent"], made["sequence"]), (again["agent"], again["sequence"]));
    }
}
