using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Events;

/// <summary>Domain events over REST.</summary>
public sealed class EventTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task domain_events_are_listed_by_type_and_read_on_from_a_cursor()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/timelines/events", """{"dimensions":2}""");
        var first = await server.ExpectAsync(201, "POST", "/v1/default/timelines/events/states", """{"state":[3,4]}""");
        var captured = await server.ExpectAsync(200, "GET", "/v1/default/events?type=DeltaCaptured,BranchCreated");
        var row = Assert.Single(captured.Rows);
        Assert.Equal(("DeltaCaptured", first["root"]), (row.GetProperty("type").GetString(), row.GetProperty("data").GetProperty("checksum").GetString()));
        await server.ExpectAsync(201, "POST", "/v1/default/timelines/events/branches", """{"name":"b"}""");
        var later = await server.ExpectAsync(200, "GET", $"/v1/default/events?type=DeltaCaptured,BranchCreated&cursor={Uri.EscapeDataString(captured["cursor"]!)}");
        Assert.Equal("BranchCreated", Assert.Single(later.Rows).GetProperty("type").GetString());
        var page = await server.ExpectAsync(200, "GET", "/v1/default/events?type=DeltaCaptured,BranchCreated&limit=1");
        Assert.Equal("DeltaCaptured", Assert.Single(page.Rows).GetProperty("type").GetString());
        Assert.Equal("BranchCreated", Assert.Single((await server.ExpectAsync(200, "GET", page["nextLink"]!)).Rows).GetProperty("type").GetString());
        await server.ExpectProblemAsync(422, "invalid_field", "GET", "/v1/default/events?type=Nothing");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/events?cursor=x");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/events");
    }
}
