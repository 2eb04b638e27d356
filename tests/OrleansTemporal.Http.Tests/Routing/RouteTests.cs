using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Routing;

/// <summary>Routes over REST.</summary>
public sealed class RouteTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Routes = "/v1/default/routes";

    [Fact]
    public async Task a_route_is_made_changed_listed_and_ended()
    {
        await PutChannelAsync("c");
        var made = await server.ExpectAsync(201, "PUT", $"{Routes}/r", """{"sourcePattern":"timelines/*","channels":["c"],"priority":"high","ttl":"5m","conditions":[{"timeOfDay":{"startHour":22,"endHour":6,"tz":"Europe/Berlin"}},{"minMagnitude":1}]}""");
        Assert.Equal("catalog/default/catalog/0", made["agent"]);
        Assert.Equal(made["root"], made.Header("x-ot-root"));
        Assert.Equal("""[{"minMagnitude":1},{"timeOfDay":{"startHour":22,"endHour":6,"tz":"Europe/Berlin"}}]""", made.Json.GetProperty("conditions").GetRawText());
        await server.ExpectAsync(200, "PUT", $"{Routes}/r", """{"sourcePattern":"kv/*","channels":["c"]}""");
        var now = await server.ExpectAsync(200, "GET", $"{Routes}/r");
        Assert.Equal(("r", "kv/*", "normal"), (now["name"], now["sourcePattern"], now["priority"]));
        Assert.Equal("timelines/*", (await server.ExpectAsync(200, "GET", $"{Routes}/r?asOf={Uri.EscapeDataString(made["systemTime"]!)}"))["sourcePattern"]);
        await server.ExpectAsync(201, "PUT", $"{Routes}/s", """{"sourcePattern":"*","channels":["c"]}""", ("Idempotency-Key", "route-s"));
        Assert.Equal(201, (await server.SendAsync("PUT", $"{Routes}/s", """{"sourcePattern":"*","channels":["c"]}""", ("Idempotency-Key", "route-s"))).Status);
        var page = await server.ExpectAsync(200, "GET", $"{Routes}?limit=1");
        Assert.Equal("r", Assert.Single(page.Rows).GetProperty("name").GetString());
        Assert.Equal("s", Assert.Single((await server.ExpectAsync(200, "GET", page["nextLink"]!)).Rows).GetProperty("name").GetString());
        var ended = await server.ExpectAsync(200, "DELETE", $"{Routes}/s", null, ("Idempotency-Key", "end-s"));
        Assert.Equal(ended["sequence"], (await server.ExpectAsync(200, "DELETE", $"{Routes}/s", null, ("Idempotency-Key", "end-s")))["sequence"]);
        await server.ExpectProblemAsync(404, "delta_route_not_found", "DELETE", $"{Routes}/s", null, ("Idempotency-Key", "end-s-again"));
        await server.ExpectProblemAsync(404, "delta_route_not_found", "GET", $"{Routes}/s");
        await server.ExpectProblemAsync(404, "delta_route_not_found", "DELETE", $"{Routes}/s");
    }

    [Fact]
    public async Task a_channel_is_open_until_a_route_names_it()
    {
        Assert.Equal("true", (await server.ExpectAsync(201, "PUT", "/v1/default/channels/opened", "{}"))["open"]?.ToLowerInvariant());
        await server.ExpectAsync(201, "PUT", $"{Routes}/closing", """{"sourcePattern":"kv/*","channels":["opened"]}""");
        Assert.Equal("false", (await server.ExpectAsync(200, "GET", "/v1/default/channels/opened"))["open"]?.ToLowerInvariant());
        await server.ExpectAsync(200, "DELETE", $"{Routes}/closing");
        Assert.Equal("false", (await server.ExpectAsync(200, "PUT", "/v1/default/channels/opened", """{"guarantee":"exactlyOnce"}"""))["open"]?.ToLowerInvariant());
        var listed = (await server.ExpectAsync(200, "GET", "/v1/default/channels")).Rows.Single(static row => row.GetProperty("name").GetString() == "opened");
        Assert.False(listed.GetProperty("open").GetBoolean());
    }

    [Theory]
    [InlineData(422, "invalid_pattern", """{"sourcePattern":"a b","channels":["hostile"]}""")]
    [InlineData(404, "channel_not_found", """{"sourcePattern":"*","channels":["nowhere"]}""")]
    [InlineData(409, "policy_conflict", """{"sourcePattern":"*","channels":["hostile"],"conditions":[{"metadataEquals":{"a":"1"}},{"metadataEquals":{"a":"2"}}]}""")]
    [InlineData(422, "invalid_field", """{"sourcePattern":"*","channels":["hostile"],"conditions":[{"timeOfDay":{"startHour":3,"endHour":3}}]}""")]
    [InlineData(422, "invalid_field", """{"sourcePattern":"*","channels":["hostile"],"conditions":[7]}""")]
    [InlineData(422, "invalid_field", """{"sourcePattern":"*","channels":[1]}""")]
    [InlineData(400, "malformed_json", """{"sourcePattern":"*","channels":["\ud800"]}""")]
    [InlineData(400, "malformed_json", """{"sourcePattern":"*","sourcePattern":"*"}""")]
    [InlineData(400, "malformed_json", "{")]
    public async Task what_can_not_be_a_route_is_refused_in_words(int status, string code, string body)
    {
        await PutChannelAsync("hostile");
        await server.ExpectProblemAsync(status, code, "PUT", $"{Routes}/x", body);
    }

    private async Task PutChannelAsync(string name)
    {
        var made = await server.SendAsync("PUT", $"/v1/default/channels/{name}", """{"sources":[]}""");
        Assert.InRange(made.Status, 200, 201);
    }
}
