using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: what rearranges or removes what is written survives death at any instruction too. A namespace that is split and
/// merged loses nothing; an acknowledged erasure stays complete, takes nothing else and leaves nothing in any file; a batch
/// over several agents is completed by its retry and never written twice.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class ChangeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan ErasureLoadMin = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan ErasureLoadMax = TimeSpan.FromMilliseconds(1_200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task nothing_is_lost_while_partitions_come_and_go(bool losesPower)
    {
        var report = await RunAsync(ChangeMix.Splits, new CampaignOptions(), losesPower);

        Assert.True(IsShort(report) || report is { Moves: > 10, UnknownMoves: > 0 }, "No kill came while a namespace was split or merged, so nothing was proved.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task an_erasure_is_whole_and_takes_nothing_else(bool losesPower)
    {
        var report = await RunAsync(ChangeMix.Erasures, new CampaignOptions { LoadMin = ErasureLoadMin, LoadMax = ErasureLoadMax }, losesPower);

        Assert.True(IsShort(report) || report is { UnknownErasures: > 5, Searched: > 50 }, "No kill came while something was erased, so nothing was proved.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_batch_over_several_agents_is_completed_and_never_written_twice(bool losesPower)
    {
        var report = await RunAsync(ChangeMix.Batches, new CampaignOptions(), losesPower);

        Assert.True(IsShort(report) || report.Partial > 0, "No kill came between the parts of a batch, so nothing was proved.");
    }

    [Fact]
    public async Task everything_at_once_survives_power_loss() =>
        await RunAsync(ChangeMix.All, new CampaignOptions { LoadMin = ErasureLoadMin, LoadMax = ErasureLoadMax }, losesPower: true);

    private static bool IsShort(CampaignReport report) => report.Kills < CampaignOptions.KillsUsual;

    private async Task<CampaignReport> RunAsync(ChangeMix mix, CampaignOptions options, bool losesPower)
    {
        using var power = losesPower ? await PowerLoss.PrepareAsync() : null;
        var campaign = new CrashCampaign(losesPower ? options.Short() : options)
        {
            Power = power,
            Scenario = (report, folder, random) => new ChangeScenario(mix, report, folder, random),
        };
        var report = await campaign.RunAsync();
        output.WriteLine(report.ToString());
        report.MustBeClean();
        return report;
    }
}
