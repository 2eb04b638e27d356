using System.Diagnostics;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Kills the storage under a server that is written to, again and again, starts it again, and checks each time that the same
/// server process goes on with everything that it has acknowledged.
/// </summary>
internal sealed class StorageOutages(Azurite azurite, int outages, int seed)
{
    // Requests that an outage outlives are answered within it. On a machine that has much else to do the first write of all,
    // which opens its agents on the emulator, takes some seconds by itself.
    private const string RequestTimeout = "00:00:05";
    private const int SealBlocksFew = 12;
    private const int SealBlocksMany = 10_000;
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LoadMax = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan OutageMax = TimeSpan.FromSeconds(8);

    /// <summary>Whether logs are sealed and go on in new blobs all the time, or never.</summary>
    public bool IsSealing { get; init; } = true;

    /// <summary>How long a load lasts at least before the storage is killed.</summary>
    public TimeSpan LoadMin { get; init; } = TimeSpan.Zero;

    private readonly CampaignReport _report = new() { Seed = seed };
    private readonly Random _random = new(seed);

    public async Task<CampaignReport> RunAsync()
    {
        var start = Stopwatch.GetTimestamp();
        using var folder = new TemporaryFolder("outage");
        var settings = IsSealing ? CrashCampaign.Merge(AzureSettings.Of(azurite, SealBlocksFew), CrashCampaign.SmallStorage) : AzureSettings.Of(azurite, SealBlocksMany);
        await using var server = await ServerProcess.StartAsync(new ServerLaunch
        {
            DataDirectory = folder.Folder("data"),
            Settings = CrashCampaign.Merge(settings, new Dictionary<string, string> { ["Http:RequestTimeout"] = RequestTimeout }),
        });
        var client = new KvClient(server.Client);
        var scenario = new WriteScenario(_report, _random);
        while (_report.Faults.Count == 0)
        {
            // That the same process writes on after each outage is what the next load shows.
            var isLast = _report.Kills == outages;
            if (await LoadAsync(server, scenario.Load(client, _random.Next()), breaks: !isLast))
                await CheckAsync(server, scenario, client, everything: isLast);
            if (isLast)
                break;
        }

        _report.Elapsed = Stopwatch.GetElapsedTime(start);
        return _report;
    }

    // False when the server took no write at all.
    private async Task<bool> LoadAsync(ServerProcess server, ILoad load, bool breaks)
    {
        var begin = Stopwatch.GetTimestamp();
        var running = load.RunAsync();
        try
        {
            await load.FirstAcknowledged.WaitAsync(WriteLimit);
        }
        catch (TimeoutException)
        {
            // What became of the writes instead stands in what the server wrote.
            load.Stop();
            _report.Fault($"no write was acknowledged within {WriteLimit.TotalSeconds} s after {_report.Kills} outages:\n{server.Output}");
            return false;
        }

        await PassAsync(LoadMin + (LoadMax * _random.NextDouble()));
        if (breaks)
        {
            await azurite.KillAsync();
            _report.Kills++;

            // Sometimes it is back before anybody has waited for long, sometimes only when requests have run out of time.
            await PassAsync(OutageMax * _random.NextDouble() * _random.NextDouble());
            await azurite.BeginAsync();
        }

        load.Stop();
        await running.WaitAsync(WriteLimit);
        _report.Load += Stopwatch.GetElapsedTime(begin);
        return true;
    }

    private async Task CheckAsync(ServerProcess server, WriteScenario scenario, KvClient client, bool everything)
    {
        try
        {
            await Eventually.HoldsAsync("the server is ready", server.IsReadyAsync, WriteLimit);
            await scenario.SettleAsync(client);
            await scenario.CheckAsync(client, everything);
        }
        catch (Exception failed) when (failed is InvalidOperationException or TimeoutException)
        {
            _report.Fault($"the checks stopped: {failed.Message}");
        }

        if (_report.Faults.Count > 0)
            _report.Fault(server.Output);
    }

    private static Task PassAsync(TimeSpan span)
    {
        var begin = Stopwatch.GetTimestamp();
        return Eventually.HoldsAsync("time has passed", () => Stopwatch.GetElapsedTime(begin) >= span);
    }
}
