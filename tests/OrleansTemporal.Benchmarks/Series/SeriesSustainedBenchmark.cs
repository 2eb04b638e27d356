using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Benchmarks.Series;

/// <summary>
/// Events at a steady rate, each a value of one of a thousand series, while a reader asks again and again what the last
/// minutes came to: how long writes and answers take, and what memory does.
/// </summary>
public sealed class SeriesSustainedBenchmark : IMacroBenchmark
{
    private const int SeriesCount = 1_000;
    private const int BatchesPerSecond = 50;
    private const long Second = 1_000_000_000;

    public string Name => "series-sustained";

    public string Description => "a steady rate of events with live averages by minute [seconds 60] [events a second 50000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (seconds, rate) = (KvBench.Argument(args, 0, 60), KvBench.Argument(args, 1, 50_000));
        var folder = KvBench.NewFolder("series-sustained");
        try
        {
            await using var db = await KvBench.OpenAsync(folder, new StorageOptions { JournalBytesMax = 256 << 20, MemoryBytesMax = 64 << 20, CacheBytesMax = 64 << 20 });
            await RunAsync(db.Series("events"), seconds, rate);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(SeriesStream stream, int seconds, int rate)
    {
        var table = new SeriesTable(Enumerable.Range(0, SeriesCount).Select(static i => SeriesKey.Of(SeriesTags.Of([new("sensor", $"s{i:D4}")]), "v")));
        var writes = new ConcurrentQueue<double>();
        var answers = new ConcurrentQueue<double>();
        var (sent, random) = (0L, new Random(1));
        var start = Stopwatch.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        using var ending = new CancellationTokenSource();
        await WriteAsync();
        var reading = Task.Run(ReadAsync);
        var waiting = new List<Task>();
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / BatchesPerSecond)))
        {
            for (var report = 10; await timer.WaitForNextTickAsync();)
            {
                var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (elapsed >= seconds)
                {
                    break;
                }

                // What a late tick left out is sent now, so the rate is kept.
                while (sent < elapsed * rate)
                {
                    waiting.Add(WriteAsync());
                }

                waiting.RemoveAll(static task => task.IsCompletedSuccessfully);
                if (elapsed >= report)
                {
                    report += 10;
                    Report();
                }
            }
        }

        await Task.WhenAll(waiting);
        await ending.CancelAsync();
        await reading;
        Report();

        async Task WriteAsync()
        {
            var perBatch = Math.Max(1, rate / BatchesPerSecond);
            var rows = new int[perBatch];
            var times = new long[perBatch];
            var values = new double[perBatch];
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
            for (var i = 0; i < perBatch; i++)
            {
                (rows[i], times[i], values[i]) = ((int)((sent + i) % SeriesCount), now + i, Math.Round(random.NextDouble() * 100, 2));
            }

            sent += perBatch;
            var began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(SeriesColumns.Of(table, rows, times, values));
            writes.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        async Task ReadAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!ending.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
                var query = new SeriesSelector { Field = "v", Tags = [new TagMatcher("sensor", TagMatcherKind.Equal, $"s{answers.Count % SeriesCount:D4}")], From = now - (600 * Second) };
                var began = Stopwatch.GetTimestamp();
                await stream.AggregateAsync(query, ["avg", "count", "max"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 * Second });
                answers.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        void Report() => Console.WriteLine(
            $"series-sustained: {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {sent:N0} events ({sent / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s); writes p50 {At(writes.ToArray(), 0.5):0.0} ms, p99 {At(writes.ToArray(), 0.99):0.0} ms; "
            + $"answers p50 {At(answers.ToArray(), 0.5):0.00} ms, p99 {At(answers.ToArray(), 0.99):0.0} ms; heap {GC.GetTotalMemory(false) >> 20} MiB, resident {Environment.WorkingSet >> 20} MiB, "
            + $"{(Environment.CpuUsage.TotalTime - processor).TotalSeconds / Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} processors");

        static double At(double[] times, double share)
        {
            Array.Sort(times);
            return times.Length == 0 ? 0 : times[(int)((times.Length - 1) * share)];
        }
    }
}
