using System.Diagnostics;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Benchmarks.Series;

/// <summary>Joins, scores, trends and correlations of two streams, and how soon a pattern writes its alert.</summary>
public sealed class SeriesAnalyticsBenchmark : IMacroBenchmark
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;
    private const int Rounds = 5;

    public string Name => "series-analytics";

    public string Description => "joins, anomalies, trend, correlations, patterns [points of each stream 100000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var count = KvBench.Argument(args, 0, 100_000);
        var folder = KvBench.NewFolder("series-analytics");
        try
        {
            await using var db = await KvBench.OpenAsync(folder);
            var random = new Random(1);
            foreach (var name in new[] { "left", "right" })
            {
                for (var at = 0; at < count; at += 10_000)
                {
                    var batch = new SeriesBatch();
                    var number = batch.SeriesOf(SeriesTags.Of([new("host", "a")]), "v");
                    for (var i = at; i < Math.Min(count, at + 10_000); i++)
                    {
                        batch.Add(number, new EventTime(Start + (i * Second)), (10 * Math.Sin(i * Math.PI / 720)) + random.NextDouble());
                    }

                    await db.Series(name).WriteAsync(batch, cancellationToken);
                }
            }

            var left = db.Series("left");
            await TimeAsync("interval join, within 1 s, all pages", count, async () =>
            {
                var (rows, query) = (0, new SeriesJoinQuery { With = "right", On = ["host"], Within = Second, Limit = Limits.PageCountMax });
                for (SeriesJoinPage? page = null; page is null || page.Next is not null;)
                {
                    page = await left.JoinAsync(query, cancellationToken);
                    rows += page.Rows.Length;
                    query = query with { After = page.Next };
                }

                return rows;
            });
            await TimeAsync("anomalies above 0.99", count, async () => (await left.ScoreAsync(new SeriesAnomalyQuery { MinScore = 0.99 }, cancellationToken)).Rows.Length);
            await TimeAsync("trend and forecast", count, async () => (await left.TrendAsync(new SeriesTrendQuery { Horizon = 3_600 * Second }, cancellationToken)).Forecast.Length);
            await TimeAsync("correlations", count, async () => (await left.CorrelateAsync(new SeriesCorrelationQuery(), cancellationToken)).Rows.Length);
            await AlertAsync(db, cancellationToken);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AlertAsync(Hosting.TemporalDatabase db, CancellationToken cancellationToken)
    {
        var condition = new PatternCondition { Stream = "sensor", Gt = 100 };
        await db.Patterns.PutAsync(Agents.CallContext.Local, "default", "hot", new PatternDefinition { Kind = PatternKind.Threshold, First = condition, Within = Second }, cancellationToken);
        using var reader = db.Notices.Listen(new Agents.NoticeFilter { Kinds = [AgentKind.Series], Name = "alerts" });
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await db.Series("sensor").WriteAsync(SeriesTags.Empty, "v", new EventTime(Start + (i * 10 * Second)), 200, cancellationToken);
            await reader.ReadAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine($"series-analytics: from a write to its durable alert: median {KvBench.Median(times):0.0} ms, most {times.Max():0.0} ms");
    }

    private static async Task TimeAsync(string what, int count, Func<Task<int>> run)
    {
        var (times, rows) = (new List<double>(), await run());
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            rows = await run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine($"series-analytics: {what} ({rows:N0} rows): median {KvBench.Median(times):0.0} ms, {count / KvBench.Median(times) * 1_000:N0} points/s");
    }
}
