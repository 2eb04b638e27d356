using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Timelines;

/// <summary>Observers over REST.</summary>
public sealed class ObserverTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task an_observer_is_made_shown_and_asked()
    {
        var path = await DefineAsync("shown");
        var made = await server.ExpectAsync(201, "PUT", $"{path}/observers/o", """{"minInterval":"1d","magnitudeThreshold":0.5,"bufferLimit":3}""");
        Assert.Equal(("o", "1d", "l2", "timelines/default/shown/0"), (made["name"], made["minInterval"], made["detector"], made["agent"]));
        await server.ExpectAsync(200, "PUT", $"{path}/observers/o", """{"minInterval":"1d","magnitudeThreshold":0.5,"bufferLimit":3}""");
        var captured = await server.ExpectAsync(201, "POST", $"{path}/observers/o/states", """{"state":[1,0],"metadata":{"epoch":"1"}}""");
        Assert.Equal(("captured", "observe"), (captured["outcome"], captured.Json.GetProperty("delta").GetProperty("change").GetString()));
        Assert.Equal(captured["root"], captured.Header("x-ot-root"));
        var waiting = await server.ExpectAsync(202, "POST", $"{path}/observers/o/states", """{"state":[2,0]}""");
        Assert.Equal(("pending", "1", null), (waiting["outcome"], waiting["pending"], waiting["sequence"]));
        var flushed = await server.ExpectAsync(200, "POST", $"{path}/observers/o/flush");
        Assert.Equal(("captured", "active"), (flushed["outcome"], flushed["state"]));
        Assert.Equal("idle", (await server.ExpectAsync(200, "POST", $"{path}/observers/o/flush"))["outcome"]);
        Assert.Equal("[2,0]", (await server.ExpectAsync(200, "GET", $"{path}/state"))["state"]);
        var asked = await server.ExpectAsync(200, "GET", $"{path}/observers/o");
        Assert.Equal("active", asked["state"]);
        Assert.Equal(flushed["sequence"], asked.Json.GetProperty("lastCapture").GetProperty("sequence").GetRawText());
        Assert.Equal(
            """{"deltasCaptured":2,"deltasFiltered":0,"heartbeats":0,"statesCoalesced":0,"bytesProcessed":16,"avgMagnitude":1,"lastError":null}""",
            asked.Json.GetProperty("metrics").GetRawText());
        Assert.Equal("2", Assert.Single((await server.ExpectAsync(200, "GET", $"{path}/observers")).Rows).GetProperty("metrics").GetProperty("deltasCaptured").GetRawText());
        Assert.Equal(2, (await server.ExpectAsync(200, "GET", $"{path}/deltas?metadata.observer=o")).Rows.Count);
    }

    [Fact]
    public async Task an_observer_is_paused_resumed_and_removed()
    {
        var path = await DefineAsync("paused");
        await server.ExpectAsync(201, "PUT", $"{path}/observers/o", """{"minInterval":"0ms"}""");
        await server.ExpectAsync(201, "POST", $"{path}/observers/o/states", """{"state":[1,0]}""");
        Assert.Equal(204, (await server.SendAsync("POST", $"{path}/observers/o/states", """{"state":[1,0]}""")).Status);
        Assert.Equal("paused", (await server.ExpectAsync(200, "POST", $"{path}/observers/o/pause", """{"reason":"calibration"}"""))["state"]);
        await server.ExpectProblemAsync(409, "observer_not_active", "POST", $"{path}/observers/o/states", """{"state":[2,0]}""");
        Assert.Equal("calibration", (await server.ExpectAsync(200, "GET", $"{path}/observers/o"))["reason"]);
        Assert.Equal("active", (await server.ExpectAsync(200, "POST", $"{path}/observers/o/resume"))["state"]);
        await server.ExpectAsync(201, "POST", $"{path}/observers/o/states", """{"state":[2,0]}""");
        Assert.Equal("terminated", (await server.ExpectAsync(200, "DELETE", $"{path}/observers/o"))["state"]);
        await server.ExpectProblemAsync(409, "observer_not_active", "POST", $"{path}/observers/o/resume");
        await server.ExpectAsync(200, "PUT", $"{path}/observers/o", """{"minInterval":"0ms","heartbeats":true}""");
        Assert.Equal("heartbeat", (await server.ExpectAsync(201, "POST", $"{path}/observers/o/states", """{"state":[2,0]}"""))["outcome"]);
    }

    [Fact]
    public async Task states_are_shown_as_bytes()
    {
        var path = await DefineAsync("shownbytes");
        await server.ExpectAsync(201, "PUT", $"{path}/observers/o", "{}");
        float[] state = [0.5f, -0f];
        using var content = new ByteArrayContent(MemoryMarshal.AsBytes(state.AsSpan()).ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var posted = await server.Client.PostAsync($"{path}/observers/o/states", content);
        Assert.Equal(201, (int)posted.StatusCode);
        Assert.Equal("[0.5,-0]", (await server.ExpectAsync(200, "GET", $"{path}/state"))["state"]);
    }

    [Theory]
    [InlineData("""{"minInterval":100}""", 400, "invalid_field")]
    [InlineData("""{"minInterval":"soon"}""", 400, "invalid_field")]
    [InlineData("""{"minInterval":"2d"}""", 400, "invalid_field")]
    [InlineData("""{"bufferLimit":0}""", 400, "invalid_field")]
    [InlineData("""{"bufferLimit":1.5}""", 400, "invalid_field")]
    [InlineData("""{"detector":"eye"}""", 400, "invalid_field")]
    [InlineData("""{"heartbeats":"yes"}""", 400, "invalid_field")]
    [InlineData("""{"magnitudeThreshold":-1}""", 400, "invalid_field")]
    [InlineData("""{"magnitudeThreshold":1e999}""", 400, "invalid_field")]
    [InlineData("""{"significance":0}""", 400, "invalid_field")]
    [InlineData("""{"branch":"nowhere"}""", 404, "branch_not_found")]
    [InlineData("""{"branch":"../main"}""", 400, "invalid_name")]
    [InlineData("""{"unheardOf":1}""", 400, "invalid_field")]
    [InlineData("[]", 400, "invalid_field")]
    [InlineData("{", 400, "malformed_json")]
    public async Task an_observer_that_can_not_be_is_a_problem(string body, int status, string code)
    {
        var path = await DefineAsync("wrong");
        var problem = await server.SendAsync("PUT", $"{path}/observers/o", body);
        Assert.Equal(code, problem["code"]);
        Assert.True(problem.Status == status || (status == 400 && problem.Status == 422), $"{problem.Status} {problem["detail"]}");
    }

    [Fact]
    public async Task what_is_shown_to_nobody_or_does_not_fit_is_a_problem()
    {
        var path = await DefineAsync("unfit");
        await server.ExpectProblemAsync(404, "observer_not_found", "POST", $"{path}/observers/o/states", """{"state":[1,0]}""");
        await server.ExpectProblemAsync(404, "observer_not_found", "GET", $"{path}/observers/o");
        await server.ExpectProblemAsync(404, "observer_not_found", "POST", $"{path}/observers/o/flush");
        await server.ExpectProblemAsync(404, "timeline_not_found", "PUT", "/v1/default/timelines/nosuch/observers/o", "{}");
        await server.ExpectAsync(201, "PUT", $"{path}/observers/o", "{}");
        await server.ExpectProblemAsync(422, "dimension_mismatch", "POST", $"{path}/observers/o/states", """{"state":[1]}""");
        await server.ExpectProblemAsync(422, "dimension_mismatch", "POST", $"{path}/observers/o/states", """{"state":[]}""");
        Assert.Equal("error", (await server.ExpectAsync(200, "GET", $"{path}/observers/o"))["state"]);
        Assert.InRange((await server.SendAsync("POST", $"{path}/observers/o/states", """{"state":[1e999,0]}""")).Status, 400, 422);
        Assert.InRange((await server.SendAsync("POST", $"{path}/observers/o/states", """{"state":[1,0],"id":"x"}""")).Status, 400, 422);
        Assert.InRange((await server.SendAsync("POST", $"{path}/observers/o/states", """{"state":[1,0],"metadata":{"observer":"x"}}""")).Status, 400, 422);
        Assert.InRange((await server.SendAsync("POST", $"{path}/observers/o/pause", """{"why":"x"}""")).Status, 400, 422);
    }

    private async Task<string> DefineAsync(string name)
    {
        var path = $"/v1/default/timelines/{name}";
        await server.SendAsync("PUT", path, """{"dimensions":2}""");
        return path;
    }
}
