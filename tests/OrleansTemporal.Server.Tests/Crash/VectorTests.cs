using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Goal: vectors survive death at any instruction as documents do, are found as of every acknowledged moment, and no index that a death leaves behind is believed against the log.</summary>
[Collection(CrashCollection.Name)]
public sealed class VectorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task every_acknowledged_vector_is_there_and_found(bool losesPower)
    {
        using var power = losesPower ? await PowerLoss.PrepareAsync() : null;
        VectorScenario? scenario = null;
        var campaign = new CrashCampaign(new CampaignOptions().Short())
        {
            Power = power,
            Scenario = (report, folder, random) => scenario = new VectorScenario(report, folder, random),
        };
        var report = await campaign.RunAsync();

        output.WriteLine($"{report}; graphs found {scenario!.StoredGraphs} times, {scenario.Walks} searches by a graph");
        report.MustBeClean();
        Assert.True(report.Unknown > 0, "No kill came while a write was on its way, so nothing was proved.");
        Assert.True(scenario.StoredGraphs > 0, "No life left graphs to the next one, so nothing was proved about them.");
        Assert.True(scenario.Walks > 0, "No search went by a graph.");
    }
}
