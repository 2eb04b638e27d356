using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Timelines;

/// <summary>Statuses, codes and fields of timelines that clients rely on.</summary>
public sealed class TimelineContractTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_timeline_is_created_once()
    {
        const string path = "/v1/default/timelines/once";
        var first = await server.ExpectAsync(201, "PUT", path, """{"dimensions":2}""", ("Idempotency-Key", "made"));
        Assert.Equal(first.Text, (await server.ExpectAsync(201, "PUT", path, """{"dimensions":2}""", ("Idempotency-Key", "made"))).Text);
        await server.ExpectAsync(200, "PUT", path, """{"dimensions":2}""");
        await server.ExpectAsync(200, "PUT", path, """{"dimensions":2,"policy":{"conflict":"merge"}}""");
        await server.ExpectProblemAsync(404, "workspace_not_found", "PUT", "/v1/nowhere/timelines/once", """{"dimensions":2}""");
    }

    [Fact]
    public async Task a_delta_that_is_not_written_yet_is_in_the_future()
    {
        const string path = "/v1/default/timelines/future";
        await server.ExpectAsync(201, "PUT", path, """{"dimensions":2}""");
        Assert.Equal("asOf", (await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "/state?asOf=99"))["field"]);
        Assert.Equal("to", (await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "/diff?from=1&to=99"))["field"]);
        Assert.Equal("from", (await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "/diff?from=99"))["field"]);
        Assert.Equal("to", (await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "/evolution?index=0&to=99"))["field"]);
        Assert.Equal("from", (await server.ExpectProblemAsync(404, "no_value_at", "GET", path + "/diff?from=2020-01-01T00:00:00Z&to=1"))["field"]);
        await server.ExpectProblemAsync(422, "as_of_in_future", "POST", path + "/branches", """{"name":"b","asOf":99}""");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", path + "/deltas?values=yes");
    }

    [Fact]
    public async Task a_rollback_to_before_everything_restores_the_empty_beginning()
    {
        const string path = "/v1/default/timelines/back";
        await server.ExpectAsync(201, "PUT", path, """{"dimensions":2}""");
        await server.ExpectAsync(201, "POST", path + "/states", """{"state":[1,2]}""");
        Assert.Equal("1", (await server.ExpectAsync(200, "POST", path + "/rollback", """{"to":"0001-01-01T00:00:00Z"}"""))["undone"]);
        Assert.Equal("[0,0]", (await server.ExpectAsync(200, "GET", path + "/state")).Json.GetProperty("state").GetRawText());
    }

    [Fact]
    public async Task metadata_may_be_numbers_and_truth_values_and_are_found_as_they_were_written()
    {
        const string path = "/v1/default/timelines/notes";
        await server.ExpectAsync(201, "PUT", path, """{"dimensions":2}""");
        await server.ExpectAsync(201, "POST", path + "/states", """{"state":[1,0],"metadata":{"epoch":3,"loss":0.25,"final":false,"by":"ada"}}""");
        await server.ExpectAsync(201, "POST", path + "/deltas", """{"indices":[0],"values":[2],"metadata":{"epoch":4}}""");
        var found = await server.ExpectAsync(200, "GET", path + "/deltas?metadata.epoch=3&metadata.final=false");
        Assert.Equal("""{"by":"ada","epoch":"3","final":"false","loss":"0.25"}""", Sorted(Assert.Single(found.Rows).GetProperty("metadata")));
        var refused = await server.ExpectProblemAsync(422, "invalid_field", "POST", path + "/states", """{"state":[1,0],"metadata":{"tags":["a"]}}""");
        Assert.Equal("metadata.tags", refused["field"]);
    }

    [Fact]
    public async Task a_timeline_has_metadata_of_its_own_and_changing_them_alone_is_a_delta()
    {
        const string path = "/v1/default/timelines/about";
        const string named = """{"dimensions":2,"metadata":{"run":7,"owner":"ada","final":true}}""";
        var made = await server.ExpectAsync(201, "PUT", path, named);
        Assert.Equal("""{"final":"true","owner":"ada","run":"7"}""", made.Json.GetProperty("metadata").GetRawText());
        Assert.Equal("1", (await server.ExpectAsync(200, "PUT", path, named))["sequence"]);
        var step = await server.ExpectAsync(201, "POST", path + "/states", """{"state":[1,0],"metadata":{"epoch":3}}""");
        Assert.Equal("""{"epoch":"3"}""", step.Json.GetProperty("delta").GetProperty("metadata").GetRawText());

        Assert.Equal("3", (await server.ExpectAsync(200, "PUT", path, """{"dimensions":2,"metadata":{"owner":"eve"}}"""))["sequence"]);
        var shown = await server.ExpectAsync(200, "GET", path);
        Assert.Equal(("""{"owner":"eve"}""", "3", "1"), (shown.Json.GetProperty("metadata").GetRawText(), shown["policySequence"], shown["deltas"]));
        Assert.Equal("[1,0]", (await server.ExpectAsync(200, "GET", path + "/state")).Json.GetProperty("state").GetRawText());

        await server.ExpectAsync(200, "PUT", path, """{"dimensions":2}""");
        Assert.False((await server.ExpectAsync(200, "GET", path)).Json.TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task metadata_of_a_timeline_have_the_bounds_of_those_of_a_delta()
    {
        const string path = "/v1/default/timelines/bounds";
        var many = string.Join(',', Enumerable.Range(0, 33).Select(static i => $"\"k{i}\":\"v\""));
        var most = string.Join(',', Enumerable.Range(0, 32).Select(static i => $"\"k{i}\":\"{new string('v', 1_024)}\""));
        Assert.Equal("metadata", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, $"{{\"dimensions\":2,\"metadata\":{{{many}}}}}"))["field"]);
        Assert.Equal("metadata", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, $$$"""{"dimensions":2,"metadata":{"a":"{{{new string('v', 1_025)}}}"}}"""))["field"]);
        Assert.Equal("metadata", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, $$$"""{"dimensions":2,"metadata":{"{{{new string('ä', 513)}}}":""}}"""))["field"]);
        Assert.Equal("metadata", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, """{"dimensions":2,"metadata":{"":"v"}}"""))["field"]);
        Assert.Equal("metadata", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, """{"dimensions":2,"metadata":["a"]}"""))["field"]);
        Assert.Equal("metadata.tags", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, """{"dimensions":2,"metadata":{"tags":["a"]}}"""))["field"]);
        await server.ExpectProblemAsync(404, "timeline_not_found", "GET", path);
        await server.ExpectAsync(201, "PUT", path, $"{{\"dimensions\":2,\"metadata\":{{{most}}}}}");
        Assert.Equal(32, (await server.ExpectAsync(200, "GET", path)).Json.GetProperty("metadata").EnumerateObject().Count());
    }

    [Fact]
    public async Task states_are_hashed_by_what_they_have_come_to_where_the_policy_says_so()
    {
        const string path = "/v1/default/timelines/hashed";
        foreach (var wrong in new[] { "0", "-1", "\"1\"", "1e999" })
        {
            Assert.Equal("policy.checkpointMagnitude", (await server.ExpectProblemAsync(422, "invalid_field", "PUT", path, $$$$"""{"dimensions":1,"policy":{"checkpointMagnitude":{{{{wrong}}}}}}"""))["field"]);
        }

        var made = await server.ExpectAsync(201, "PUT", path, """{"dimensions":1,"policy":{"checkpointMagnitude":2.5}}""");
        Assert.Equal(2.5, made.Json.GetProperty("policy").GetProperty("checkpointMagnitude").GetDouble());
        foreach (var (state, hashed) in new[] { (2, "0"), (4, "0"), (6, "1"), (8, "1") })
        {
            await server.ExpectAsync(201, "POST", path + "/states", $$"""{"state":[{{state}}]}""");
            Assert.Equal(hashed, (await server.ExpectAsync(200, "GET", path + "/verify"))["states"]);
        }

        await server.ExpectAsync(200, "PUT", path, """{"dimensions":1,"policy":{"checkpointMagnitude":null}}""");
        Assert.False((await server.ExpectAsync(200, "GET", path)).Json.GetProperty("policy").TryGetProperty("checkpointMagnitude", out _));
    }

    private static string Sorted(System.Text.Json.JsonElement element) => System.Text.Json.JsonSerializer.Serialize(
        element.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal).ToDictionary(static member => member.Name, static member => member.Value.GetString()));
}
