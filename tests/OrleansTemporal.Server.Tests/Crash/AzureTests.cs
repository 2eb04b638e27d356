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

    [AzuriteFact]
    public async Task every_acknowledged_write_survives_that_the_storage_is_killed()
    {
        await using var azurite = await Azurite.StartAsync(isDurable: true);
        var options = new CampaignOptions();
        var report = await new StorageOutages(azurite, Campaign.IsLong ? OutagesLong : OutagesUsual, options.Seed).RunAsync();

        output.WriteLine(report.ToString());
        report.MustBeClean();
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
