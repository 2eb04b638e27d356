using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Benchmarks.Patterns;

/// <summary>The time from the writing of a point that completes a pattern to its alert, durable, beside a steady rate of other points.</summary>
public sealed class PatternLatencyBenchmark : IMacroBenchmark
{
    private const string Workspace = "default";
    private const string Stream = "cpu";
    private const string Alerts = "alerts";
    private const int HostCount = 100;
    private const int BatchesPerSecond = 100;
    private const int WarmUp = 300;

    // So many that none matches again within its time, in which it would be the same match.
    private const int MatchingHostCount = 1_000;

    public string Name => "pattern-latency";

    public string Description => "from a point to the alert of its pattern [matches 1000] [other points a second 10000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (matches, rate) = (KvBench.Argument(args, 0, 1_000), KvBench.Argument(args, 1, 10_000));
        var folder = KvBench.NewFolder("pattern-latency");
        try
        {
            await using var db = await KvBench.OpenAsync(folder);
            using var reader = db.Notices.Listen(new NoticeFilter { Kinds = [AgentKind.Series] });
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var others = WriteOthersAsync(db, rate, ending.Token);
            await DefineAsync(db, cancellationToken);
            await MatchAsync(db, reader, WarmUp, new Histogram(), cancellationToken);
            var latencies = new Histogram();
            var processor = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            await MatchAsync(db, reader, matches, latencies, cancellationToken);
            var busy = (Environment.CpuUsage.TotalTime - processor) / Stopwatch.GetElapsedTime(start);
            await ending.CancelAsync();
            await others;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pattern-latency: {matches:N0} matches beside {rate:N0} other points/s: p50 {latencies.Percentile(0.5).TotalMilliseconds:N1}, p99 {latencies.Percentile(0.99).TotalMilliseconds:N1} ms from the writing of a point to its alert; {busy:N2} processors busy"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task DefineAsync(TemporalDatabase db, CancellationToken cancellationToken)
    {
        await db.Series(Stream).WriteAsync(TagsOf(0), "usage", Now(), 0.1, cancellationToken);
        var high = new PatternDefinition { Kind = PatternKind.Threshold, First = new PatternCondition { Stream = Stream, Field = "usage", Gt = 0.9 }, Within = 1_000_000_000, On = ["host"] };
        await db.Patterns.PutAsync(CallContext.Local, Workspace, "high", high, cancellationToken);
    }

    // One after the other, each at a moment of its own.
    private static async Task MatchAsync(TemporalDatabase db, INoticeReader reader, int count, Histogram latencies, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1 + (i % 7)), cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await db.Series(Stream).WriteAsync(TagsOf(HostCount + (i % MatchingHostCount)), "usage", Now(), 0.95, cancellationToken);
            while (!(await reader.ReadAsync(cancellationToken)).Notices.Any(static notice => notice.Agent.Name == Alerts))
            {
                // What others wrote.
            }

            latencies.Add(Stopwatch.GetElapsedTime(start));
        }
    }

    private static async Task WriteOthersAsync(TemporalDatabase db, int rate, CancellationToken cancellationToken)
    {
        if (rate == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / BatchesPerSecond));
        var batch = new SeriesBatch();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = Now();
                for (var i = 0; i < rate / BatchesPerSecond; i++)
                {
                    batch.Add(TagsOf(i % HostCount), "usage", new EventTime(now.Nanoseconds + i), 0.1);
                }

                await db.Series(Stream).WriteAsync(batch, CancellationToken.None);
                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static SeriesTags TagsOf(int host) => SeriesTags.Of([new("host", $"h{host}")]);

    private static EventTime Now() => EventTime.FromDateTimeOffset(DateTimeOffset.UtcNow);
}
