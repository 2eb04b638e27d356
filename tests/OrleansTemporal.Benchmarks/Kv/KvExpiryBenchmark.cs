using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>Clean-up of values that are over: keys a second and the longest time in the gate, from memory and from runs.</summary>
public sealed class KvExpiryBenchmark : IMacroBenchmark
{
    private const int BatchKeys = 1_000;
    private const int ValueBytes = 40;

    // What a process does for the first time is measured, too, by itself.
    private const int FirstKeys = 50_000;

    // Until a round finds nearly everything compiled, as a server does that has run for a while.
    private const int WarmUpsMax = 8;
    private const int CompiledInARoundMax = 50;

    public string Name => "kv-expiry";

    public string Description => "clean-up of values that are over, from memory and from runs after a restart [keys 1000000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var keys = KvBench.Argument(args, 0, 1_000_000);
        await RunInFolderAsync(FirstKeys, isRestarted: false, isTold: true, cancellationToken);
        await RunInFolderAsync(FirstKeys, isRestarted: true, isTold: true, cancellationToken);
        var warmUps = 0;
        for (var compiled = 0L; warmUps < WarmUpsMax && JitInfo.GetCompiledMethodCount() - compiled > CompiledInARoundMax; warmUps++)
        {
            compiled = JitInfo.GetCompiledMethodCount();
            await RunInFolderAsync(FirstKeys, isRestarted: warmUps % 2 == 1, isTold: false, cancellationToken);
        }

        Console.WriteLine($"kv-expiry: {warmUps} rounds more until hardly anything was compiled");
        await RunInFolderAsync(keys, isRestarted: false, isTold: true, cancellationToken);
        await RunInFolderAsync(keys, isRestarted: true, isTold: true, cancellationToken);
        return 0;
    }

    private static async Task RunInFolderAsync(int keys, bool isRestarted, bool isTold, CancellationToken cancellationToken)
    {
        var folder = KvBench.NewFolder("kv-expiry");
        try
        {
            var told = await RunAsync(folder, keys, isRestarted, cancellationToken);
            if (isTold)
            {
                Console.WriteLine(told);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string folder, int keys, bool isRestarted, CancellationToken cancellationToken)
    {
        var clock = new LeapingClock();
        var db = await OpenAsync(folder, clock, cancellationToken);
        try
        {
            await FillAsync(db, keys, cancellationToken);
            if (isRestarted)
            {
                while (await AgentOf(db).MaintainAsync(new MaintenanceBudget { SealEverything = true }, cancellationToken))
                {
                    // Until everything is in runs.
                }

                await db.DisposeAsync();
                db = await OpenAsync(folder, clock, cancellationToken);
            }

            var agent = AgentOf(db);
            var live = (await agent.GetStatsAsync(cancellationToken)).LiveKeyCount;
            agent.Cleanings.Share = ThreadClock.Read;
            clock.Leap(TimeSpan.FromHours(2));
            var before = (await agent.GetStatusAsync(cancellationToken)).Sequence;
            var (collector, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            using var pauses = new PauseMeter();
            var start = Stopwatch.GetTimestamp();
            TimeSpan? cleaned = null;
            for (var hasMore = true; hasMore;)
            {
                // Sealing of what is there and of what clean-up writes is part of it, in turns of their own.
                hasMore = await agent.MaintainAsync(MaintenanceBudget.Normal, cancellationToken);
                cleaned ??= (await agent.GetStatsAsync(cancellationToken)).LiveKeyCount == 0 ? Stopwatch.GetElapsedTime(start) : null;
            }

            var after = await agent.GetStatusAsync(cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var left = (await agent.GetStatsAsync(cancellationToken)).LiveKeyCount;
            collector = GC.GetTotalPauseDuration() - collector;
            collections = GC.CollectionCount(0) - collections;
            return $"kv-expiry: {(isRestarted ? "from runs after restart" : "from memory")}: {live:N0} values over, {left:N0} left, {live / (cleaned?.TotalSeconds ?? double.NaN):N0}/s, durable, {live / seconds:N0}/s with all of it sealed; "
                + $"{after.Sequence - before:N0} deltas; {agent.Cleanings.Total.TotalMilliseconds:0} ms in the gate, longest {agent.Cleanings.Longest.TotalMilliseconds:0.00} ms, {agent.Cleanings.LongestOwn.TotalMilliseconds:0.00} ms less what the host took, {agent.Cleanings.LongestProcessor.TotalMilliseconds:0.00} ms of processor, an idle thread woke {pauses.Longest.TotalMilliseconds:0.00} ms late; "
                + $"collector paused {collector.TotalMilliseconds:0} ms in {collections} collections";
        }
        finally
        {
            await db.DisposeAsync();
        }
    }

    private static async Task FillAsync(TemporalDatabase db, int keys, CancellationToken cancellationToken)
    {
        for (var at = 0; at < keys; at += BatchKeys * 8)
        {
            var from = at;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(part => WriteAsync(db, from + (part * BatchKeys), keys, cancellationToken)));
        }
    }

    private static async Task WriteAsync(TemporalDatabase db, int from, int keys, CancellationToken cancellationToken)
    {
        if (from < keys)
        {
            ImmutableArray<KvOperation> operations =
            [
                .. Enumerable.Range(from, Math.Min(BatchKeys, keys - from)).Select(static key => new KvOperation
                {
                    Kind = KvOperationKind.Put,
                    Key = $"key{key:D9}",
                    Value = KvBench.Document(key, ValueBytes),
                    TimeToLive = TimeSpan.FromMilliseconds(3_600_000 + (key % 1_000)),
                }),
            ];
            await db.KvService.BatchAsync(CallContext.Local, "default", "bench", operations, atomic: true, KvPutOptions.None, cancellationToken);
        }
    }

    // As little housekeeping beside the measured one as there can be.
    private static async Task<TemporalDatabase> OpenAsync(string folder, TimeProvider clock, CancellationToken cancellationToken) =>
        await TemporalDatabase.OpenAsync(
            new TemporalOptions { DataDirectory = folder, Time = clock, MaintenanceInterval = TimeSpan.FromMinutes(1) }, cancellationToken);

    private static StorageAgent AgentOf(TemporalDatabase db) => db.Directory.Get<StorageAgent>(new AgentId("default", AgentKind.Kv, "bench", 0));

    /// <summary>Wall time that can leap ahead.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private TimeSpan ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

        public void Leap(TimeSpan span) => ahead += span;
    }
}
