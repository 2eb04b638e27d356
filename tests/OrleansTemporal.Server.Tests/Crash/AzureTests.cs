using OrleansTemporal.Storage.Azure.Tests.Emulation;
using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: a server that keeps everything in Azure storage loses nothing that it has acknowledged, neither when the storage is
/// killed under it nor when it is killed itself. The emulator keeps what it acknowledges here, as the service does.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class AzureTests(ITestOutputHelper output)
{
    private const int OutagesUsual = 3;
    private const int OutagesLong = 20;
    private const int KillsUsual = 3;
    private const int SealBlocks = 12;

    // The emulator writes its tables down every five seconds; what is lost is what came after.
    private static readonly TimeSpan ForgettingInterval = TimeSpan.FromSeconds(6);

    [AzuriteFact]
    public async Task every_acknowledged_write_survives_that_the_storage_is_killed()
    {
        await using var azurite = await Azurite.StartAsync(isDurable: true);
        var options = new CampaignOptions();
        var report = await new StorageOutages(azurite, Campaign.IsLong ? OutagesLong : OutagesUsual, options.Seed).RunAsync();

        output.WriteLine(report.ToString());
        report.MustBeClean();
    }

    /// <summary>The harness would notice, and so does the server: it answers that something is gone instead of what is left.</summary>
    [AzuriteFact]
    public async Task a_storage_that_forgets_what_it_has_acknowledged_is_found_out()
    {
        await using var azurite = await Azurite.StartAsync(isDurable: false);
        var report = await new StorageOutages(azurite, outages: 1, new CampaignOptions().Seed) { LoadMin = ForgettingInterval, IsSealing = false }.RunAsync();

        output.WriteLine(report.ToString());
        Assert.Contains(report.Faults, static fault => fault.Contains("has forgotten what it had acknowledged", StringComparison.Ordinal));
    }

    [AzuriteFact]
    public async Task every_acknowledged_write_survives_that_the_server_is_killed()
    {
        await using var azurite = await Azurite.StartAsync(isDurable: true);
        var options = new CampaignOptions { Settings = AzureSettings.Of(azurite, SealBlocks), InterruptStartEvery = 2 };
        var report = await new CrashCampaign(Campaign.IsLong ? options : options with { Kills = KillsUsual }).RunAsync();

        output.WriteLine(report.ToString());
        report.MustBeClean();
    }
}
