using System.Diagnostics;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Benchmarks.Channels;

/// <summary>How long a channel takes to open that has a long past, sealed.</summary>
public sealed class ChannelOpenBenchmark : IMacroBenchmark
{
    private const string Workspace = "default";
    private const int Sources = 200;
    private const int SourcesAtOnce = 8;

    public string Name => "channel-open";

    public string Description => "opening of a channel with a long past that is sealed [announcements 50000] [rounds 5]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (announcements, rounds) = (KvBench.Argument(args, 0, 50_000), KvBench.Argument(args, 1, 5));
        var folder = KvBench.NewFolder("channel-open");
        try
        {
            var agent = ChannelService.AgentOf(Workspace, "c");
            await using (var database = await OpenAsync(folder, cancellationToken))
            {
                await database.Channels.PutAsync(CallContext.Local, Workspace, "c", new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Kv, Name = "nothing" }] }, cancellationToken);
                await AnnounceAsync(database.Directory.Get<ChannelAgent>(agent), announcements, cancellationToken);
            }

            for (var round = 0; round < rounds; round++)
            {
                await using var database = await OpenAsync(folder, cancellationToken);
                var start = Stopwatch.GetTimestamp();
                var sources = await database.Directory.Get<ChannelAgent>(agent).GetAnnouncedAsync(cancellationToken);
                Console.WriteLine($"channel-open: {announcements:N0} announcements of {SourcesAtOnce} of {sources.Length} agents: open in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:N1} ms");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task AnnounceAsync(ChannelAgent channel, int announcements, CancellationToken cancellationToken)
    {
        var sources = Enumerable.Range(0, Sources).Select(static i => new AgentId(Workspace, AgentKind.Kv, $"namespace{i}", 0)).ToArray();
        for (var i = 0; i < announcements; i++)
        {
            var notices = Enumerable.Range(i * SourcesAtOnce, SourcesAtOnce).Select(at => new AgentNotice(sources[at % Sources], (at / Sources) + 1));
            await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [.. notices] }, cancellationToken);
        }

        while (await channel.MaintainAsync(new MaintenanceBudget { SealEverything = true }, cancellationToken))
        {
            // Until everything is in segments.
        }
    }

    private static async Task<TemporalDatabase> OpenAsync(string folder, CancellationToken cancellationToken) =>
        await TemporalDatabase.OpenAsync(new TemporalOptions { DataDirectory = folder, MaintenanceInterval = TimeSpan.FromMinutes(1) }, cancellationToken);
}
