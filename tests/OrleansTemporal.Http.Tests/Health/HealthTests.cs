using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Health;

/// <summary>Liveness and readiness.</summary>
public sealed class HealthTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task live_and_ready_answer_200()
    {
        var live = await server.ExpectAsync(200, "GET", "/health/live");
        Assert.Equal("live", live["status"]);
        Assert.Equal("no-store", live.Header("Cache-Control"));
        Assert.NotNull(live.Header("x-ot-system-time"));
        Assert.Equal("ready", (await server.ExpectAsync(200, "GET", "/health/ready"))["status"]);
        Assert.Equal(200, (await RawConnection.AskAsync(server, "HEAD", "/health/ready")).Status);
    }
}
