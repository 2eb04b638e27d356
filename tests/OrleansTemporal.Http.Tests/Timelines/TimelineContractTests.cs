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

    private static string Sorted(System.Text.Json.JsonElement element) => System.Text.Json.JsonSerializer.Serialize(
        element.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal).ToDictionary(static member => member.Name, static member => member.Value.GetString()));
}
