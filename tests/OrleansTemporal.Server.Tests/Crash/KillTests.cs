using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: whatever instruction the process is killed at, every acknowledged write is there after the restart, once, in its
/// place, and nothing else is. <c>OT_KILLS</c>, <c>OT_SEED</c> and <c>OT_LONG</c> change how often and which.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task every_acknowledged_write_survives_sigkill()
    {
        var report = await new CrashCampaign(new CampaignOptions()).RunAsync();

        output.WriteLine(report.ToString());
        report.MustBeClean();
        Assert.True(report.Unknown > 0, "No kill came while a write was on its way, so nothing was proved.");
    }
}
