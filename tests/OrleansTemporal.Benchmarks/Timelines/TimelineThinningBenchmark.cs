using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Benchmarks.Timelines;

/// <summary>A timeline that is thinned to every tenth step: how long that takes, what is on disk before and after, opening, and which components change together.</summary>
public sealed class TimelineThinningBenchmark : IMacroBenchmark
{
    private const int Changed = 100;
    private const string TimelineName = "w";

    public string Name => "thinning";

    public string Description => "a timeline that is thinned to every tenth step: time, bytes, opening, co-occurrence [dimensions 100000] [steps 10000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (dimensions, steps) = (KvBench.Argument(args, 0, 100_000), KvBench.Argument(args, 1, 10_000));
        var folder = KvBench.NewFolder("thinning");
        try
        {
            await using (var db = await TemporalDatabase.OpenAsync(folder, cancellationToken))
            {
                await WriteAsync(db, dimensions, steps, cancellationToken);
                await FindAsync(db, cancellationToken);
                await ThinAsync(db, cancellationToken);
            }

            var begin = Stopwatch.GetTimestamp();
            await using (var db = await TemporalDatabase.OpenAsync(folder, cancellationToken))
            {
                var info = await db.Timelines.GetInfoAsync(CallContext.Local, "default", TimelineName, cancellationToken);
                Say($"opened and asked: {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms, {info.StepCount:N0} steps kept, {info.LetGoCount:N0} let go");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(TemporalDatabase db, int dimensions, int steps, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        await db.Timelines.DefineAsync(CallContext.Local, "default", TimelineName, new TimelineDefinition(dimensions, TimelinePolicy.Default), cancellationToken);
        for (var step = 0; step < steps; step++)
        {
            var indices = new HashSet<int>();
            while (indices.Count < Changed)
                indices.Add(random.Next(4) == 0 ? random.Next(1_024) : random.Next(dimensions));
            var write = new TimelineWrite { Indices = indices.ToArray(), Values = indices.Select(_ => (float)random.NextDouble()).ToArray() };
            await db.Timelines.WriteAsync(CallContext.Local, "default", TimelineName, write, cancellationToken);
        }
    }

    private static async Task FindAsync(TemporalDatabase db, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        var found = await db.Timelines.FindTogetherAsync(CallContext.Local, "default", TimelineName, new CoOccurrenceQuery { Span = new TimelineSpan(), Components = Limits.CoOccurrenceComponentsMax, Threshold = 0.01 }, cancellationToken);
        Say($"{found.ComponentCount:N0} components over {found.StepCount:N0} steps compared: {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms, {found.PairCount:N0} pairs");
    }

    private static async Task ThinAsync(TemporalDatabase db, CancellationToken cancellationToken)
    {
        var agent = db.Directory.Get<ITimelineAgent>(new AgentId("default", AgentKind.Timelines, TimelineName, 0));
        while (await ((IHostedAgent)agent).MaintainAsync(new MaintenanceBudget { SealEverything = true }, cancellationToken))
        {
            // Until all is in segments.
        }

        var before = (await agent.GetStatusAsync(cancellationToken)).WarmBytes;
        var order = new TimelineThinOrder { Levels = [new ThinningLevel("10 steps", HybridTimestamp.MaxValue, 0, 0, 10)] };
        var (begin, removed) = (Stopwatch.GetTimestamp(), 0L);
        bool hasMore;
        do
        {
            var report = await agent.ThinAsync(order, cancellationToken);
            (removed, hasMore) = (removed + report.Removed, report.HasMore);
        }
        while (hasMore);
        var took = Stopwatch.GetElapsedTime(begin);
        var after = (await agent.GetStatusAsync(cancellationToken)).WarmBytes;
        Say($"{removed:N0} steps let go: {took.TotalMilliseconds:F0} ms; segments {before / 1e6:F1} MB before, {after / 1e6:F1} MB after");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
