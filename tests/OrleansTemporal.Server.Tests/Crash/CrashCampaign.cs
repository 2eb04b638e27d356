using System.Diagnostics;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Starts the server on one data folder again and again, ends it under load, and checks after each start that everything
/// it acknowledged is there, that nothing else is, and that what it once showed it still shows.
/// </summary>
internal sealed class CrashCampaign(CampaignOptions options)
{
    private static readonly TimeSpan FirstWriteLimit = TimeSpan.FromSeconds(20);

    // The smallest that there is, so that a round seals generations, rolls journal files and drops old ones.
    internal static readonly IReadOnlyDictionary<string, string> SmallStorage = new Dictionary<string, string>
    {
        ["Storage:GenerationBytesMax"] = "65536",
        ["Storage:JournalFileBytes"] = "1048576",
        ["Storage:JournalBytesMax"] = "4194304",
        ["Storage:MemoryBytesMax"] = "1048576",
        ["Storage:CacheBytesMax"] = "1048576",
    };

    private readonly CampaignReport _report = new() { Seed = options.Seed };
    private readonly Random _random = new(options.Seed);
    private TimeSpan _startMax;

    /// <summary>What a power loss takes away; null when only processes die.</summary>
    public PowerLoss? Power { get; init; }

    /// <summary>Makes what is done and checked, from the report to fill, the data folder and a source of chance.</summary>
    public Func<CampaignReport, string, Random, IScenario> Scenario { get; init; } = (report, _, random) => new WriteScenario(report, random);

    /// <summary>Runs until all kills are done or a fault is found.</summary>
    public async Task<CampaignReport> RunAsync()
    {
        var start = Stopwatch.GetTimestamp();
        using var folder = new TemporaryFolder("crash");
        var launch = new ServerLaunch { DataDirectory = folder.Folder("data"), Settings = options.Settings };
        var scenario = Scenario(_report, launch.DataDirectory, _random);
        for (var round = 1; _report.Kills < options.Kills && _report.Faults.Count == 0; round++)
            await RoundAsync(launch, folder.Path, scenario, round);
        if (_report.Faults.Count == 0)
            await FinishAsync(launch, scenario);
        _report.Elapsed = Stopwatch.GetElapsedTime(start);
        return _report;
    }

    private async Task RoundAsync(ServerLaunch launch, string folder, IScenario scenario, int round)
    {
        // Every other round keeps all in the journal, so that recovery without sealed data is tried too.
        launch = launch with { Settings = round % 2 == 0 ? Merge(options.Settings, SmallStorage) : launch.Settings };
        if (round % options.InterruptStartEvery == 0)
            await InterruptStartAsync(Armed(launch, folder));

        if (await TryStartAsync(Armed(launch, folder)) is not { } server)
            return;
        await using (server)
        {
            var client = new KvClient(server.Client);
            await CheckAsync(server, scenario, client, everything: round % options.FullCheckEvery == 0);
            if (_report.Faults.Count > 0)
                return;
            await LoadAsync(server, scenario.Load(client, _random.Next()), round);
        }

        await CutPowerAsync();
        if (_report.Rollbacks is [.., var last] && last.StartsWith("changes=0 ", StringComparison.Ordinal))
            throw new InvalidOperationException("The shim saw no change of a server that wrote.");
    }

    internal static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> others) =>
        settings.Concat(others).ToDictionary(static setting => setting.Key, static setting => setting.Value);

    private async Task InterruptStartAsync(ServerLaunch launch)
    {
        await using (var server = ServerProcess.Begin(launch))
        {
            var start = Stopwatch.GetTimestamp();
            // The runtime takes the first half of a start; recovery comes after it.
            var end = _startMax * (0.4 + (0.7 * _random.NextDouble()));
            await Eventually.HoldsAsync("the start has gone on", async () =>
                Stopwatch.GetElapsedTime(start) >= end || server.HasExited || await server.IsReadyAsync());
            if (server.HasExited)
                _report.Fault($"the server ended while it started:\n{server.Output}");
            await server.KillAsync();
            _report.StartsInterrupted++;
        }

        await CutPowerAsync();
    }

    private async Task LoadAsync(ServerProcess server, ILoad workload, int round)
    {
        var begin = Stopwatch.GetTimestamp();
        var load = workload.RunAsync();
        await Task.WhenAny(workload.FirstAcknowledged, load).WaitAsync(FirstWriteLimit);
        var end = options.LoadMin + ((options.LoadMax - options.LoadMin) * _random.NextDouble());
        var firstWrite = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync("the load has lasted", () => Stopwatch.GetElapsedTime(firstWrite) >= end || server.HasExited);
        if (server.HasExited)
            _report.Fault($"the server ended by itself:\n{server.Output}");

        await EndAsync(server, round);
        _report.Load += Stopwatch.GetElapsedTime(begin);
        workload.Stop();
        await load;
    }

    private async Task EndAsync(ServerProcess server, int round)
    {
        if (round % options.StopEvery != 0)
        {
            await server.KillAsync();
            _report.Kills++;
            return;
        }

        var code = await server.StopAsync();
        _report.Stops++;
        if (code != 0)
            _report.Fault($"the server stopped with exit code {code}:\n{server.Output}");
    }

    private async Task FinishAsync(ServerLaunch launch, IScenario scenario)
    {
        if (await TryStartAsync(launch) is not { } server)
            return;
        await using (server)
            await CheckAsync(server, scenario, new KvClient(server.Client), everything: true);
    }

    private async Task CheckAsync(ServerProcess server, IScenario scenario, KvClient client, bool everything)
    {
        try
        {
            await scenario.CheckAsync(client, everything);
        }
        catch (Exception failed) when (failed is InvalidOperationException or TimeoutException)
        {
            _report.Fault($"the checks stopped, the server {(server.HasExited ? "has ended" : "runs")}: {failed.Message}\n{server.Output}");
        }
    }

    private ServerLaunch Armed(ServerLaunch launch, string folder) =>
        Power is null ? launch : launch with { Environment = Power.Arm(launch.DataDirectory, folder) };

    private async Task CutPowerAsync()
    {
        // Where nothing is ever flushed, what is kept by chance could hide that everything may be lost.
        if (Power is not null)
            _report.Rollbacks.Add(await Power.RollBackAsync(Power.IgnoresFlushes || _random.Next(2) == 0 ? null : _random.Next()));
    }

    private async Task<ServerProcess?> TryStartAsync(ServerLaunch launch)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var server = await ServerProcess.StartAsync(launch);
            _startMax = Stopwatch.GetElapsedTime(start);
            return server;
        }
        catch (InvalidOperationException failed)
        {
            _report.Fault($"no start after {_report.Kills} kills: {failed.Message}");
            return null;
        }
    }
}
