using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Timelines;

/// <summary>Timelines over REST.</summary>
public sealed class TimelineTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task states_go_in_and_every_moment_comes_out()
    {
        var path = await DefineAsync("states", """{"dimensions":4}""");
        var first = await server.ExpectAsync(201, "POST", $"{path}/states", """{"state":[1,0,0,0.5],"metadata":{"epoch":"1"}}""");
        Assert.Equal("timelines/default/states/0", first["agent"]);
        Assert.Equal(first["root"], first.Header("x-ot-root"));
        var delta = first.Json.GetProperty("delta");
        Assert.Equal((2, 0.5, 1d), (delta.GetProperty("dimensionsChanged").GetInt32(), delta.GetProperty("density").GetDouble(), delta.GetProperty("maxComponent").GetDouble()));
        Assert.Equal(204, (await server.SendAsync("POST", $"{path}/states", """{"state":[1,0,0,0.5]}""")).Status);
        await server.ExpectAsync(201, "POST", $"{path}/states", """{"state":[1,-0.0,3,0.5]}""");
        Assert.Equal("[1,-0,3,0.5]", await StateAsync(path, ""));
        Assert.Equal("[1,0,0,0.5]", await StateAsync(path, $"?asOf={first["sequence"]}"));
        Assert.Equal("[1,0,0,0.5]", await StateAsync(path, $"?asOf={Uri.EscapeDataString(first["systemTime"]!)}"));
        var diff = await server.ExpectAsync(200, "GET", $"{path}/diff?from={first["sequence"]}");
        Assert.Equal(("[1,2]", "[-0,3]", 3d), (diff["indices"], diff["values"], diff.Json.GetProperty("l2Norm").GetDouble()));
        var evolution = await server.ExpectAsync(200, "GET", $"{path}/evolution?index=2");
        Assert.Equal([0d, 3d], evolution.Rows.Select(static row => row.GetProperty("value").GetDouble()));
        var listed = await server.ExpectAsync(200, "GET", $"{path}/deltas?metadata.epoch=1");
        Assert.Equal(first["sequence"], Assert.Single(listed.Rows).GetProperty("sequence").GetRawText());
        var verified = await server.ExpectAsync(200, "GET", $"{path}/verify");
        Assert.Equal(("True", "3"), (verified["verified"], verified["deltas"]));
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/timelines")).Rows, static row => row.GetProperty("name").GetString() == "states");
    }

    [Fact]
    public async Task states_travel_as_bytes()
    {
        var path = await DefineAsync("bytes", """{"dimensions":40000}""");
        var random = new Random(1);
        var state = Enumerable.Range(0, 40_000).Select(_ => (float)random.NextDouble()).ToArray();
        using var content = new ByteArrayContent(MemoryMarshal.AsBytes(state.AsSpan()).ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var posted = await server.Client.PostAsync($"{path}/states", content);
        Assert.Equal(201, (int)posted.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}/state");
        request.Headers.Accept.ParseAdd("application/octet-stream");
        using var answered = await server.Client.SendAsync(request);
        Assert.Equal("application/octet-stream", answered.Content.Headers.ContentType!.MediaType);
        var read = MemoryMarshal.Cast<byte, float>(await answered.Content.ReadAsByteArrayAsync()).ToArray();
        Assert.Equal(state, read);
        var json = await server.ExpectAsync(200, "GET", $"{path}/state");
        Assert.Equal(state, json.Json.GetProperty("state").EnumerateArray().Select(static value => value.GetSingle()));
        using var odd = new ByteArrayContent([1, 2, 3]);
        odd.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var refused = await server.Client.PostAsync($"{path}/states", odd);
        Assert.Equal(422, (int)refused.StatusCode);
    }

    [Fact]
    public async Task deltas_are_known_again_and_wait_where_the_policy_says_so()
    {
        var path = await DefineAsync("deltas", """{"dimensions":2,"policy":{"gap":"buffer"}}""");
        var waiting = await server.ExpectAsync(202, "POST", $"{path}/deltas", """{"indices":[0],"values":[2],"mode":"add","id":"b","parent":"a"}""");
        Assert.Equal("buffered", waiting["outcome"]);
        Assert.Equal("1", (await server.ExpectAsync(200, "GET", path))["buffered"]);
        var first = await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[0],"values":[1],"mode":"add","id":"a"}""");
        var again = await server.ExpectAsync(200, "POST", $"{path}/deltas", """{"indices":[0],"values":[1],"mode":"add","id":"a"}""");
        Assert.Equal((first["sequence"], "known"), (again["sequence"], again["outcome"]));
        Assert.Equal("[3,0]", await StateAsync(path, ""));
        var keyed = await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[1],"values":[1],"mode":"add"}""", ("Idempotency-Key", "k"));
        Assert.Equal(keyed["sequence"], (await server.ExpectAsync(201, "POST", $"{path}/deltas", """{"indices":[1],"values":[1],"mode":"add"}""", ("Idempotency-Key", "k")))["sequence"]);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "POST", $"{path}/deltas", """{"indices":[1],"values":[2],"mode":"add"}""", ("Idempotency-Key", "k"));
        Assert.Equal("[3,1]", await StateAsync(path, ""));
    }

    [Fact]
    public async Task branches_are_made_merged_and_removed()
    {
        var path = await DefineAsync("branches", """{"dimensions":2,"policy":{"conflict":"reject"}}""");
        var first = await server.ExpectAsync(201, "POST", $"{path}/states", """{"state":[1,1]}""");
        await server.ExpectAsync(201, "POST", $"{path}/states", """{"state":[2,1]}""");
        await server.ExpectAsync(201, "POST", $"{path}/branches", $$"""{"name":"b","from":"main","asOf":{{first["sequence"]}}}""");
        await server.ExpectAsync(201, "POST", $"{path}/deltas?branch=b", """{"indices":[0,1],"values":[3,5]}""");
        await server.ExpectProblemAsync(409, "merge_conflict", "POST", $"{path}/branches/b/merge", """{"into":"main"}""");
        Assert.Equal("[2,1]", await StateAsync(path, ""));
        var seen = await server.ExpectAsync(200, "POST", $"{path}/branches/b/merge", """{"into":"main","dryRun":true}""");
        Assert.Equal("""{"index":0,"base":1,"ours":2,"theirs":3,"merged":2}""", Assert.Single(seen.Json.GetProperty("conflicts").EnumerateArray()).GetRawText());
        var merged = await server.ExpectAsync(200, "POST", $"{path}/branches/b/merge", """{"into":"main","conflict":"merge"}""");
        Assert.Equal($"[{first["sequence"]}]", merged["base"]);
        Assert.Equal(2, merged.Json.GetProperty("delta").GetProperty("parents").GetArrayLength());
        Assert.Equal("[2.5,5]", await StateAsync(path, ""));
        Assert.Equal(["main", "b"], (await server.ExpectAsync(200, "GET", $"{path}/branches")).Rows.Select(static row => row.GetProperty("name").GetString()));
        await server.ExpectAsync(200, "DELETE", $"{path}/branches/b");
        await server.ExpectProblemAsync(404, "branch_not_found", "GET", $"{path}/state?branch=b");
        await server.ExpectProblemAsync(409, "branch_protected", "DELETE", $"{path}/branches/main");
    }

    [Fact]
    public async Task rollbacks_and_marks_lead_back()
    {
        var path = await DefineAsync("back", """{"dimensions":1}""");
        var steps = new List<Answer>();
        for (var i = 1; i <= 3; i++)
        {
            steps.Add(await server.ExpectAsync(201, "POST", $"{path}/states", $$"""{"state":[{{i}}]}"""));
        }

        await server.ExpectAsync(201, "POST", $"{path}/marks", $$"""{"sequence":{{steps[0]["sequence"]}},"label":"good","note":"loss 0.1"}""");
        Assert.Equal("[1]", await StateAsync(path, "?label=good"));
        var back = await server.ExpectAsync(200, "POST", $"{path}/rollback", """{"count":1}""");
        Assert.Equal(("1", "True"), (back["undone"], back["written"]));
        Assert.Equal("[2]", await StateAsync(path, ""));
        await server.ExpectAsync(200, "POST", $"{path}/rollback", $$"""{"to":"{{steps[0]["systemTime"]}}"}""");
        Assert.Equal("[1]", await StateAsync(path, ""));
        var nothing = await server.ExpectAsync(200, "POST", $"{path}/rollback", $$"""{"toSequence":{{steps[0]["sequence"]}}}""");
        Assert.Equal("False", nothing["written"]);
        await server.ExpectProblemAsync(409, "nothing_to_roll_back", "POST", $"{path}/rollback", """{"count":2}""");
        Assert.Equal("loss 0.1", Assert.Single((await server.ExpectAsync(200, "GET", $"{path}/marks")).Rows).GetProperty("note").GetString());
    }

    [Fact]
    public async Task pages_of_steps_follow_each_other()
    {
        var path = await DefineAsync("pages", """{"dimensions":1}""");
        for (var i = 1; i <= 7; i++)
        {
            await server.ExpectAsync(201, "POST", $"{path}/states", $$"""{"state":[{{i}}]}""");
        }

        foreach (var list in new[] { "deltas?limit=3", "evolution?index=0&limit=3" })
        {
            var (count, link) = (0, $"{path}/{list}");
            for (var pages = 0; link is not null; pages++)
            {
                Assert.True(pages < 5);
                var page = await server.ExpectAsync(200, "GET", link);
                count += page.Rows.Count;
                link = page["nextLink"];
            }

            Assert.Equal(list.StartsWith("deltas", StringComparison.Ordinal) ? 7 : 8, count);
        }
    }

    [Theory]
    [InlineData("PUT", "", """{"dimensions":0}""", 422, "invalid_field")]
    [InlineData("PUT", "", """{"dimensions":4000001}""", 422, "invalid_field")]
    [InlineData("PUT", "", """{"dimensions":3}""", 409, "dimensions_fixed")]
    [InlineData("PUT", "", """{"dimensions":2,"policy":{"conflict":"coin"}}""", 422, "invalid_field")]
    [InlineData("PUT", "", """{"dimensions":2,"policy":{"lockedDimensions":[2]}}""", 422, "invalid_field")]
    [InlineData("PUT", "", """{"dimensions":2,"else":1}""", 422, "invalid_field")]
    [InlineData("POST", "/states", """{"state":[1]}""", 422, "dimension_mismatch")]
    [InlineData("POST", "/states", """{"state":[]}""", 422, "dimension_mismatch")]
    [InlineData("POST", "/states", """{"state":[1,1e999]}""", 422, "invalid_field")]
    [InlineData("POST", "/states", """{"state":[1,NaN]}""", 400, "malformed_json")]
    [InlineData("POST", "/states", """{"state":"none"}""", 422, "invalid_field")]
    [InlineData("POST", "/states", "{}", 422, "invalid_field")]
    [InlineData("POST", "/states?branch=none", """{"state":[1,2]}""", 404, "branch_not_found")]
    [InlineData("POST", "/deltas", """{"indices":[0]}""", 422, "invalid_field")]
    [InlineData("POST", "/deltas", """{"indices":[0,0],"values":[1,2]}""", 422, "invalid_field")]
    [InlineData("POST", "/deltas", """{"indices":[2],"values":[1]}""", 422, "invalid_field")]
    [InlineData("POST", "/deltas", """{"indices":[0],"values":[1],"mode":"mul"}""", 422, "invalid_field")]
    [InlineData("POST", "/deltas", """{"indices":[0],"values":[1],"parent":"none"}""", 409, "parent_unknown")]
    [InlineData("POST", "/rollback", "{}", 422, "invalid_field")]
    [InlineData("POST", "/rollback", """{"toSequence":99}""", 404, "step_not_found")]
    [InlineData("POST", "/branches", "{}", 422, "invalid_field")]
    [InlineData("POST", "/branches", """{"name":"main"}""", 409, "branch_exists")]
    [InlineData("POST", "/branches/none/merge", "{}", 404, "branch_not_found")]
    [InlineData("POST", "/marks", """{"sequence":99,"label":"good"}""", 404, "step_not_found")]
    [InlineData("GET", "/state?asOf=99", null, 422, "as_of_in_future")]
    [InlineData("GET", "/state?asOf=2999-01-01T00:00:00Z", null, 422, "as_of_in_future")]
    [InlineData("GET", "/state?asOf=2001-01-01T00:00:00Z", null, 404, "no_value_at")]
    [InlineData("GET", "/evolution", null, 400, "malformed_parameter")]
    [InlineData("GET", "/evolution?index=2", null, 422, "invalid_field")]
    [InlineData("GET", "/verify?from=9&to=3", null, 422, "invalid_field")]
    public async Task what_can_not_be_is_refused_with_its_reason(string method, string path, string? body, int status, string code)
    {
        await server.SendAsync("PUT", "/v1/default/timelines/refusals", """{"dimensions":2}""");
        await server.ExpectProblemAsync(status, code, method, $"/v1/default/timelines/refusals{path}", body);
    }

    [Fact]
    public async Task a_timeline_that_was_never_made_is_not_found()
    {
        await server.ExpectProblemAsync(404, "timeline_not_found", "GET", "/v1/default/timelines/none");
        await server.ExpectProblemAsync(404, "timeline_not_found", "POST", "/v1/default/timelines/none/states", """{"state":[1]}""");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/none/timelines/none");
    }

    private async Task<string> DefineAsync(string name, string definition)
    {
        var path = $"/v1/default/timelines/{name}";
        var defined = await server.ExpectAsync(201, "PUT", path, definition);
        Assert.Equal("1", defined["sequence"]);
        Assert.Equal(defined.Json.GetProperty("dimensions").GetInt32().ToString(CultureInfo.InvariantCulture), (await server.ExpectAsync(200, "GET", path))["dimensions"]);
        return path;
    }

    private async Task<string?> StateAsync(string path, string query) => (await server.ExpectAsync(200, "GET", $"{path}/state{query}"))["state"];
}
