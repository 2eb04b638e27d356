using System.Globalization;
using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: the same promise when not only the process ends but the machine loses power: whatever the server did not flush
/// is lost, or torn. A server that does not flush has to fail, or else these tests prove nothing.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class PowerLossTests(ITestOutputHelper output)
{
    [Fact]
    public async Task every_acknowledged_write_survives_power_loss()
    {
        using var power = await PowerLoss.PrepareAsync();
        var report = await new CrashCampaign(new CampaignOptions()) { Power = power }.RunAsync();

        Write(report);
        report.MustBeClean();
        Assert.True(report.Unknown > 0, "No loss of power came while a write was on its way, so nothing was proved.");
    }

    [Fact]
    public async Task a_server_whose_flushes_do_nothing_loses_writes_and_is_caught()
    {
        using var power = await PowerLoss.PrepareAsync(ignoresFlushes: true);
        var report = await new CrashCampaign(new CampaignOptions { Kills = 5 }) { Power = power }.RunAsync();

        Write(report);
        Assert.True(report.Lost > 0, $"Nothing was lost although nothing was flushed: {report}\n{string.Join('\n', report.Faults)}");
    }

    private void Write(CampaignReport report)
    {
        output.WriteLine(report.ToString());
        var totals = report.Rollbacks.SelectMany(rollback => rollback.Split(' ')).Select(count => count.Split('='))
            .GroupBy(count => count[0], count => long.Parse(count[1], CultureInfo.InvariantCulture));
        output.WriteLine($"{report.Rollbacks.Count} rollbacks: {string.Join(", ", totals.Select(total => $"{total.Key} {total.Sum()}"))}");
    }
}
