using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Subscriptions;

/// <summary>Channels and subscriptions over REST.</summary>
public sealed class SubscriptionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_channel_is_made_changed_described_and_listed()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/channels/c1", """{"guarantee":"exactlyOnce","sources":[{"kind":"kv","name":"c1"},{"kind":"signals"}]}""");
        Assert.Equal("catalog/default/catalog/0", made["agent"]);
        var described = await server.ExpectAsync(200, "GET", "/v1/default/channels/c1");
        Assert.Equal("""[{"kind":"kv","name":"c1"},{"kind":"signals"}]""", described.Json.GetProperty("sources").GetRawText());
        Assert.Equal(("exactlyOnce", 0), (described["guarantee"], described.Json.GetProperty("metrics").GetProperty("published").GetInt32()));
        await server.ExpectAsync(200, "PUT", "/v1/default/channels/c1", """{"guarantee":"atMostOnce"}""");
        Assert.Equal("atMostOnce", (await server.ExpectAsync(200, "GET", "/v1/default/channels/c1"))["guarantee"]);
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/channels")).Rows, static row => row.GetProperty("name").GetString() == "c1");
        await server.ExpectProblemAsync(404, "channel_not_found", "GET", "/v1/default/channels/none");
        await server.ExpectProblemAsync(404, "workspace_not_found", "PUT", "/v1/nowhere/channels/c", "{}");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/channels/c2", """{"guarantee":"twice"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/channels/c2", """{"sources":[{"kind":"catalog"}]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/channels/c2", """{"sources":"kv"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/channels/c2", """{"surprise":1}""");
        await server.ExpectProblemAsync(400, "malformed_json", "PUT", "/v1/default/channels/c2", "{");
        await server.ExpectProblemAsync(422, "invalid_name", "PUT", "/v1/default/channels/_c", "{}");
    }

    [Fact]
    public async Task deltas_are_pulled_acknowledged_given_back_and_found_dead()
    {
        var id = await SubscribeAsync("pull", """ "from":"beginning","maxTries":1 """);
        foreach (var key in new[] { "a", "b" })
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/pull/{key}", $$"""{"is":"{{key}}"}""");
        }

        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/pull/a");
        var rows = await PullAsync(id, 3);
        Assert.Equal(["a", "b", "a"], rows.Select(static row => row.GetProperty("key").GetString()));
        Assert.Equal(["insert", "insert", "delete"], rows.Select(static row => row.GetProperty("change").GetString()));
        Assert.Equal(["""{"is":"a"}""", """{"is":"b"}""", "null"], rows.Select(static row => row.GetProperty("payload").GetRawText()));
        Assert.Equal([1L, 2L, 3L], rows.Select(static row => row.GetProperty("sequence").GetInt64()));
        Assert.All(rows, static row => Assert.Equal(("kv/default/pull/0", 64), (row.GetProperty("agent").GetString(), row.GetProperty("root").GetString()!.Length)));
        var hash = new string('a', 64);
        var state = await server.ExpectAsync(200, "POST", $"/v1/default/subscriptions/{id}/ack", $$"""{"cursor":"{{rows[0].GetProperty("cursor").GetString()}}","stateHash":"{{hash}}"}""");
        Assert.Equal(("2", hash), (state["pending"], state["stateHash"]));
        var wrong = await server.ExpectProblemAsync(422, "invalid_field", "POST", $"/v1/default/subscriptions/{id}/ack", $$"""{"cursor":"{{rows[0].GetProperty("cursor").GetString()}}","stateHash":"a"}""");
        Assert.Equal("stateHash", wrong["field"]);
        await server.ExpectAsync(200, "POST", $"/v1/default/subscriptions/{id}/nack", $$"""{"cursor":"{{rows[1].GetProperty("cursor").GetString()}}"}""");
        var again = Assert.Single(await PullAsync(id, 1));
        Assert.Equal(3, again.GetProperty("sequence").GetInt64());
        var dead = Assert.Single((await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/dead")).Rows);
        Assert.Equal(("b", 1), (dead.GetProperty("key").GetString(), dead.GetProperty("tries").GetInt32()));

        var described = await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}");
        var metrics = described.Json.GetProperty("metrics");
        Assert.Equal((4, 1, 1, 1, 1), (Metric("received"), Metric("acknowledged"), Metric("pending"), Metric("dead"), Metric("lag")));
        Assert.Equal("active", described["status"]);
        Assert.Equal(hash, described["stateHash"]);
        Assert.Empty((await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/dead")).Json.GetProperty("unread").EnumerateArray());

        int Metric(string name) => metrics.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task a_request_waits_for_what_comes_and_answers_empty_when_nothing_does()
    {
        var id = await SubscribeAsync("wait", """ "name":"waiting" """);
        var empty = await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/deltas?wait=50ms");
        Assert.Empty(empty.Rows);
        Assert.NotNull(empty["cursor"]);
        var waiting = server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/deltas?wait=30s&max=5");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/wait/k", "1");
        Assert.Equal("k", Assert.Single((await waiting).Rows).GetProperty("key").GetString());
    }

    [Fact]
    public async Task a_filter_a_pause_and_an_end_are_kept()
    {
        var id = await SubscribeAsync("filter", """ "filter":{"changeTypes":["update"],"value":{"gte":{"field":"n","value":2}}} """);
        for (var n = 0; n < 4; n++)
        {
            await server.ExpectAsync(n == 0 ? 201 : 200, "PUT", "/v1/default/kv/filter/k", $$"""{"n":{{n}}}""");
        }

        Assert.Equal(["""{"n":2}""", """{"n":3}"""], (await PullAsync(id, 2)).Select(static row => row.GetProperty("payload").GetRawText()));
        Assert.Equal("paused", (await server.ExpectAsync(200, "POST", $"/v1/default/subscriptions/{id}/pause"))["status"]);
        Assert.Equal("paused", (await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/deltas"))["status"]);
        Assert.Equal("active", (await server.ExpectAsync(200, "POST", $"/v1/default/subscriptions/{id}/resume"))["status"]);
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/subscriptions")).Rows, row => row.GetProperty("id").GetString() == id);
        await server.ExpectAsync(200, "DELETE", $"/v1/default/subscriptions/{id}");
        await server.ExpectProblemAsync(404, "subscription_not_found", "GET", $"/v1/default/subscriptions/{id}/deltas");
        await server.ExpectProblemAsync(404, "subscription_not_found", "DELETE", $"/v1/default/subscriptions/{id}");
    }

    [Fact]
    public async Task deltas_of_every_facet_are_handed_out()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/channels/facets", "{}");
        var made = await server.ExpectAsync(201, "POST", "/v1/default/subscriptions", """{"channels":["facets"],"filter":{"sourcePatterns":["*/facets"]}}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/facets/k", "1");
        await server.ExpectAsync(200, "POST", "/v1/default/series/facets/points", """{"points":[{"tags":{"host":"a"},"fields":{"usage":1.5},"time":"2026-01-01T00:00:00Z"}]}""");
        await server.SendAsync("PUT", "/v1/default/signals/facets", """{"types":[{"name":"view","halfLife":"7d"}]}""");
        await server.ExpectAsync(200, "POST", "/v1/default/signals/facets/events", """{"events":[{"entity":"e","signal":"view"}]}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/facets", """{"dimensions":2,"metric":"l2"}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/facets/v", """{"vector":[3,4]}""");
        await server.SendAsync("PUT", "/v1/default/timelines/facets", """{"dimensions":3}""");
        await server.ExpectAsync(201, "POST", "/v1/default/timelines/facets/states", """{"state":[1,2,3]}""");
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.HoldsAsync("all facets are there", async () =>
        {
            var batch = await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{made["id"]}/deltas?wait=1s");
            kinds.UnionWith(batch.Rows.Select(static row => row.GetProperty("agent").GetString()!.Split('/')[0]));
            return kinds.Count == 5;
        });
    }

    [Theory]
    [InlineData("""{"channels":["refused"],"lease":"soon"}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"lease":"2d"}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"maxTries":0}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"maxTries":1.5}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"from":"9"}""", "invalid_cursor")]
    [InlineData("""{"channels":["refused"],"from":"yesterday"}""", "invalid_field")]
    [InlineData("""{"channels":"refused"}""", "invalid_field")]
    [InlineData("""{"channels":[]}""", "invalid_field")]
    [InlineData("""{"channels":["_over-1"]}""", "invalid_name")]
    [InlineData("""{"channels":["refused"],"filter":{"sourcePattern":"x"}}""", "invalid_filter")]
    [InlineData("""{"channels":["refused"],"filter":{"minMagnitude":1e999}}""", "invalid_filter")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"http://127.0.0.1/"}}""", "webhook_refused")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"http://[::ffff:10.0.0.1]/"}}""", "webhook_refused")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"http://LOCALHOST./"}}""", "webhook_refused")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"http://0x7f000001/"}}""", "webhook_refused")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"http://169.254.169.254/latest"}}""", "webhook_refused")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"file:///etc/passwd"}}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"https://u:p@example.org/"}}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"webhook":{"url":"https://example.org/","mode":"loud"}}""", "invalid_field")]
    [InlineData("""{"channels":["refused"],"surprise":true}""", "invalid_field")]
    public async Task what_can_not_be_is_refused(string body, string code)
    {
        await server.SendAsync("PUT", "/v1/default/channels/refused", "{}");
        await server.ExpectProblemAsync(422, code, "POST", "/v1/default/subscriptions", body);
    }

    [Fact]
    public async Task hostile_cursors_and_parameters_are_refused()
    {
        var id = await SubscribeAsync("hostile", """ "from":"beginning" """);
        await server.ExpectProblemAsync(422, "invalid_cursor", "POST", $"/v1/default/subscriptions/{id}/ack", """{"cursor":"99999"}""");
        await server.ExpectProblemAsync(422, "invalid_cursor", "POST", $"/v1/default/subscriptions/{id}/nack", """{"cursor":"5"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"/v1/default/subscriptions/{id}/ack", """{"cursor":"-1"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"/v1/default/subscriptions/{id}/ack", "{}");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"/v1/default/subscriptions/{id}/deltas?max=0");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"/v1/default/subscriptions/{id}/deltas?max=10001");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"/v1/default/subscriptions/{id}/deltas?wait=1h");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", $"/v1/default/subscriptions/{id}/stream", null, ("Last-Event-ID", "x"));
        await server.ExpectProblemAsync(422, "invalid_cursor", "GET", $"/v1/default/subscriptions/{id}/stream", null, ("Last-Event-ID", "77"));
        await server.ExpectProblemAsync(404, "subscription_not_found", "GET", "/v1/default/subscriptions/none/stream");
        await server.ExpectProblemAsync(404, "subscription_not_found", "POST", "/v1/default/subscriptions/none/pause");
        await server.ExpectProblemAsync(404, "channel_not_found", "POST", "/v1/default/subscriptions", """{"channels":["none"]}""");
    }

    private async Task<string> SubscribeAsync(string channel, string members)
    {
        await server.ExpectAsync(201, "PUT", $"/v1/default/channels/{channel}", $$"""{"guarantee":"atLeastOnce","sources":[{"kind":"kv","name":"{{channel}}"}]}""");
        var made = await server.ExpectAsync(201, "POST", "/v1/default/subscriptions", $$"""{"channels":["{{channel}}"],{{members}}}""");
        Assert.NotNull(made["cursor"]);
        return made["id"]!;
    }

    // What comes may come in several answers.
    private async Task<List<JsonElement>> PullAsync(string id, int count)
    {
        var rows = new List<JsonElement>();
        await Eventually.HoldsAsync("the deltas are there", async () =>
        {
            rows.AddRange((await server.ExpectAsync(200, "GET", $"/v1/default/subscriptions/{id}/deltas?wait=1s&max={count}")).Rows);
            return rows.Count >= count;
        });
        return rows;
    }
}
