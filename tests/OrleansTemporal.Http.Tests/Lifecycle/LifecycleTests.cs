using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Lifecycle;

/// <summary>Tiers over REST: the policy, where the data is, runs on demand.</summary>
public sealed class LifecycleTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_policy_goes_in_as_it_comes_out()
    {
        await server.ExpectAsync(201, "PUT", "/v1/aging");
        const string path = "/v1/aging/lifecycle/policy";
        var defaults = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("1h", defaults.Json.GetProperty("tiers").GetProperty("hot").GetString());
        Assert.Equal(0, defaults.Json.GetProperty("retention").GetArrayLength());
        var put = await server.ExpectAsync(200, "PUT", path, defaults.Text.Replace("\"1h\",\"warm\"", "\"2h\",\"warm\"", StringComparison.Ordinal));
        Assert.Equal("lifecycle/aging/lifecycle/0", put["agent"]);
        Assert.Equal(put["root"], put.Header("x-ot-root"));
        var get = await server.ExpectAsync(200, "GET", path);
        Assert.Equal("2h", get.Json.GetProperty("tiers").GetProperty("hot").GetString());
        await server.ExpectAsync(200, "PUT", path, get.Text);
        Assert.Equal(get.Text, (await server.ExpectAsync(200, "GET", path)).Text);
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/aging/agents")).Rows, static row => row.GetProperty("kind").GetString() == "lifecycle");
        Assert.Equal("2", (await server.ExpectAsync(200, "GET", "/v1/aging/agents/lifecycle/lifecycle"))["sequence"]);
    }

    [Fact]
    public async Task a_run_moves_what_is_old_and_says_what_it_saved()
    {
        await server.ExpectAsync(201, "PUT", "/v1/moving");
        for (var i = 0; i < 50; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/moving/kv/n/k{i}", $$"""{"text":"the same words over and over, number {{i}}"}""");
        }

        await server.ExpectAsync(200, "PUT", "/v1/moving/lifecycle/policy", """{"tiers":{"hot":"1ms","warm":"2ms","cold":"3ms"}}""");
        Assert.Equal(50, (await RunAsync("""{"process":"consolidation","dryRun":true}""")).Json.GetProperty("counts").GetProperty("sealedDeltas").GetInt32() - 3);
        Assert.Equal(0, await BytesAsync("deep"));
        var ran = await RunAsync("""{"process":"consolidation"}""");
        Assert.True(ran.Json.GetProperty("savings").GetProperty("bytes").GetInt64() > 0, ran.Text);
        Assert.True(await BytesAsync("deep") > 0);
        Assert.True((await server.ExpectAsync(200, "GET", "/v1/moving/agents/kv/n")).Json.GetProperty("bytes").GetProperty("deep").GetInt64() > 0);
        for (var i = 0; i < 50; i++)
        {
            Assert.EndsWith($"number {i}", (await server.ExpectAsync(200, "GET", $"/v1/moving/kv/n/k{i}")).Json.GetProperty("value").GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        await server.ExpectAsync(200, "PUT", "/v1/moving/kv/n/k0", "1");
        await server.ExpectAsync(200, "PUT", "/v1/moving/lifecycle/policy", """{"tiers":{"hot":"1ms","warm":"2ms","cold":"3ms"},"retention":[{"match":"kv/*","keep":"1d"}]}""");
        Assert.Contains("""[{"match":"kv/*","keep":"1d"}]""", (await server.ExpectAsync(200, "GET", "/v1/moving/lifecycle/policy")).Text, StringComparison.Ordinal);
        await RunAsync("""{"process":"consolidation"}""");
        var distilled = (await RunAsync("""{"process":"distillation"}""")).Json.GetProperty("counts");
        Assert.Equal((50, 50, 0), (distilled.GetProperty("liveValues").GetInt32(), distilled.GetProperty("unfitValues").GetInt32(), distilled.GetProperty("garbageValues").GetInt32()));
        Assert.Equal((51, 0), (distilled.GetProperty("versions").GetInt32(), distilled.GetProperty("removedVersions").GetInt32()));
        await RunAsync("""{"process":"genome"}""");
        var runs = (await server.ExpectAsync(200, "GET", "/v1/moving/lifecycle")).Json.GetProperty("runs");
        Assert.Equal(["consolidation", "genome"], runs.EnumerateArray().Select(static run => run.GetProperty("process").GetString()));

        async Task<Answer> RunAsync(string body)
        {
            var accepted = await server.ExpectAsync(202, "POST", "/v1/moving/lifecycle/runs", body);
            Answer last = accepted;
            await Eventually.HoldsAsync("the run has ended", async () =>
            {
                last = await server.ExpectAsync(200, "GET", accepted.Header("Operation-Location")!);
                return last["status"] != "running";
            });
            Assert.Equal("succeeded", last["status"]);
            return last;
        }

        async Task<long> BytesAsync(string tier) =>
            (await server.ExpectAsync(200, "GET", "/v1/moving/lifecycle")).Json.GetProperty("tiers").GetProperty(tier).GetProperty("bytes").GetInt64();
    }

    [Theory]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"tiers":{"hot":"3d"}}""", "tiers.warm")]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"retention":[{"match":"kv/*"}]}""", "retention[0].keep")]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"retention":[{"match":"kv/*","keep":"90d","downsample":[]}]}""", "retention[0].downsample")]
    [InlineData("PUT", "/v1/default/lifecycle/policy", """{"colour":1}""", "colour")]
    [InlineData("POST", "/v1/default/lifecycle/runs", """{"process":"sleep"}""", "process")]
    [InlineData("POST", "/v1/default/lifecycle/runs", "{}", "process")]
    [InlineData("POST", "/v1/default/lifecycle/runs", """{"process":"genome","dryRun":1}""", "dryRun")]
    [InlineData("POST", "/v1/default/lifecycle/runs", """{"process":"genome","now":true}""", "now")]
    public async Task what_can_not_be_is_refused(string method, string path, string body, string field) =>
        Assert.Equal(field, (await server.ExpectProblemAsync(422, "invalid_field", method, path, body))["field"]);

    [Fact]
    public async Task workspaces_that_are_none_have_no_lifecycle()
    {
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/lifecycle");
        await server.ExpectProblemAsync(404, "workspace_not_found", "PUT", "/v1/nowhere/lifecycle/policy", "{}");
        await server.ExpectProblemAsync(404, "workspace_not_found", "POST", "/v1/nowhere/lifecycle/runs", """{"process":"genome"}""");
    }
}
