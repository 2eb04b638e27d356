namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Goal: what merges move while it is verified is no fault.</summary>
[Collection(CrashCollection.Name)]
public sealed class VerifyTests
{
    private const int Verifications = 60;
    private const int Writers = 8;
    private const int TextLength = 1000;

    [Fact]
    public async Task verification_beside_merges_finds_nothing()
    {
        using var folder = new TemporaryFolder("verify");
        await using var server = await ServerProcess.StartAsync(new ServerLaunch
        {
            DataDirectory = folder.Folder("data"),
            Settings = CrashCampaign.SmallStorage,
        });
        var client = new KvClient(server.Client);
        var report = new CampaignReport { Seed = 1 };
        var oracle = new Oracle(report);
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            while (!stop.IsCancellationRequested)
                await client.SendAsync(oracle.Open("verified", [new Operation($"key-{writer}", false, TextLength)]));
        }));

        var verification = new Verification(client, report);
        for (var i = 0; i < Verifications && report.Faults.Count == 0; i++)
            await verification.RunAsync();
        await stop.CancelAsync();
        await writing;

        report.MustBeClean();
    }
}
