using System.Globalization;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Lifecycle;

/// <summary>When the processes of a workspace ran, and when they run next.</summary>
public sealed class LifecycleTimesTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("consolidation")]
    [InlineData("distillation")]
    [InlineData("genome")]
    public async Task a_run_that_changed_nothing_is_seen_and_so_is_the_next_one(string process)
    {
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        var accepted = await server.ExpectAsync(202, "POST", "/v1/default/lifecycle/runs", $$"""{"process":"{{process}}"}""");
        await Eventually.HoldsAsync("the run has ended", async () => (await server.ExpectAsync(200, "GET", accepted.Header("Operation-Location")!))["status"] == "succeeded");
        var times = (await server.ExpectAsync(200, "GET", "/v1/default/lifecycle")).Json.GetProperty("processes").GetProperty(process);
        var last = DateTimeOffset.Parse(times.GetProperty("lastRun").GetString()!, CultureInfo.InvariantCulture);
        Assert.InRange(last, began, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.True(DateTimeOffset.Parse(times.GetProperty("nextRun").GetString()!, CultureInfo.InvariantCulture) > began);
    }

    [Fact]
    public async Task a_dry_run_is_no_run()
    {
        await server.ExpectAsync(201, "PUT", "/v1/dry");
        var accepted = await server.ExpectAsync(202, "POST", "/v1/dry/lifecycle/runs", """{"process":"genome","dryRun":true}""");
        await Eventually.HoldsAsync("the run has ended", async () => (await server.ExpectAsync(200, "GET", accepted.Header("Operation-Location")!))["status"] == "succeeded");
        var times = (await server.ExpectAsync(200, "GET", "/v1/dry/lifecycle")).Json.GetProperty("processes").GetProperty("genome");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, times.GetProperty("lastRun").ValueKind);
    }
}
