using System.Diagnostics;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Benchmarks.Series;

/// <summary>
/// Points in and out: batches of 1,000 over 1,000 series, then a million points of one series as they are, by minute and as
/// a whole. The values are those of the peers' generator: walks with two decimals.
/// </summary>
public sealed class SeriesBenchmark : IMacroBenchmark
{
    private const int SeriesCount = 1_000;
    private const int OneCount = 1_000_000;
    private const int Rounds = 31;
    private const int WarmUps = 40;
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    public string Name => "series";

    public string Description => "ingest, scan, averages and percentiles by minute, bytes a point [points for ingest 5000000] [writers 16] [anything: ingest only]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var folder = KvBench.NewFolder("series");
        try
        {
            await IngestAsync(folder, KvBench.Argument(args, 0, 5_000_000), KvBench.Argument(args, 1, 16), inColumns: false);
            Directory.Delete(folder, recursive: true);
            await IngestAsync(folder, KvBench.Argument(args, 0, 5_000_000), KvBench.Argument(args, 1, 16), inColumns: true);
            if (args.Length < 3)
            {
                ReadLines();
                Directory.Delete(folder, recursive: true);
                await ReadAsync(folder);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task IngestAsync(string folder, int points, int writers, bool inColumns)
    {
        var options = new StorageOptions { JournalBytesMax = 8L << 30 };
        var rounds = points / SeriesCount;
        await using (var db = await KvBench.OpenAsync(folder, options))
        {
            var stream = db.Series("k1");
            var values = Enumerable.Range(0, rounds).Select(ValuesOf(SeriesCount)).ToArray();
            var table = new SeriesTable(Enumerable.Range(0, SeriesCount).Select(static i => SeriesKey.Of(SeriesTags.Of([new("s", $"k1_{i:D4}")]), "v")));
            var batches = Enumerable.Range(0, writers).Select(static _ => BatchOf(SeriesCount)).ToArray();
            await stream.WriteAsync(Fill(batches[0], -1, [.. values[0]]));
            if (inColumns)
            {
                await stream.WriteAsync(SeriesColumns.Of(table, new EventTime(Start - (20 * Second)), [.. values[0]]));
            }

            var next = -1;
            var processor = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
            {
                for (var i = Interlocked.Increment(ref next); i < rounds; i = Interlocked.Increment(ref next))
                {
                    await (inColumns ? stream.WriteAsync(SeriesColumns.Of(table, TimeOf(i), values[i])) : stream.WriteAsync(Fill(batches[writer], i, values[i])));
                }
            })));
            var took = Stopwatch.GetElapsedTime(start);
            processor = Environment.CpuUsage.TotalTime - processor;
            var info = await stream.DescribeAsync();
            Console.WriteLine(
                $"series: ingest {(inColumns ? "in columns " : "")}of {points:N0} points, {SeriesCount:N0} series, batches of {SeriesCount:N0}, {writers} writers: {points / took.TotalSeconds:N0}/s durable, "
                + $"{processor.TotalMilliseconds * 1e6 / points:N0} ns of processor a point; memory {(double)info.MemoryBytes / points:0.00} bytes a point");
            foreach (var agent in db.Directory.Agents)
            {
                while (await agent.MaintainAsync(new Agents.MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None))
                {
                    // Until nothing is left to seal or merge.
                }
            }

            Console.WriteLine($"series: segments: {(double)(await stream.DescribeAsync()).WarmBytes / points:0.00} bytes a point");
        }

        var opening = Stopwatch.GetTimestamp();
        await using (var db = await KvBench.OpenAsync(folder, options))
        {
            var count = (await db.Series("k1").DescribeAsync()).PointCount;
            Console.WriteLine($"series: opened again with {count:N0} points: {count / Stopwatch.GetElapsedTime(opening).TotalSeconds:N0} points/s");
        }
    }

    // What a request with line protocol costs before it is a write: the peers' file, series by turns.
    private static void ReadLines()
    {
        const int linesCount = 10_000;
        var walk = Walk(new Random(1));
        var text = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, linesCount).Select(i => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"k1,s=k1_{i % SeriesCount:D4} v={walk()} {TimeOf(i / SeriesCount).Nanoseconds}\n"))));
        var times = new List<double>();
        for (var round = 0; round < Rounds + WarmUps; round++)
        {
            var start = Stopwatch.GetTimestamp();
            new LineProtocol.LineProtocolReader(1, default).Read(text);
            if (round >= WarmUps)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds * 1e6 / linesCount);
            }
        }

        Console.WriteLine($"series: line protocol, {linesCount:N0} lines of {SeriesCount:N0} series in one request: {KvBench.Median(times):N0} ns a line, least {times.Min():N0} ns");
    }

    private static async Task ReadAsync(string folder)
    {
        await using var db = await KvBench.OpenAsync(folder);
        var stream = db.Series("one");
        var random = new Random(1_000);
        var walk = Walk(random);
        for (var at = 0; at < OneCount; at += SeriesCount)
        {
            var batch = new SeriesBatch();
            var number = batch.SeriesOf(SeriesTags.Of([new("s", "one_0000")]), "v");
            for (var i = at; i < at + SeriesCount; i++)
            {
                batch.Add(number, new EventTime(Start + (i * Second)), walk());
            }

            await stream.WriteAsync(batch);
        }

        var all = new SeriesSelector { Field = "v" };
        var minute = new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 * Second };
        Console.WriteLine($"series: one series of {OneCount:N0} points: {(double)(await stream.DescribeAsync()).MemoryBytes / OneCount:0.00} bytes a point in memory");
        await TimeAsync("raw scan", async () => (await stream.ReadAsync(all, Limits.SeriesRowsPerPageMax)).Values.Length);
        await TimeAsync("avg per minute", async () => (await stream.AggregateAsync(all, ["avg"], minute)).Rows.Length);
        await TimeAsync("p99 per minute", async () => (await stream.AggregateAsync(all, ["p99"], minute)).Rows.Length);
        await TimeAsync("whole-range avg", async () => (await stream.AggregateAsync(all, ["avg", "stddev"], WindowSpec.Whole)).Rows.Length);
        await TimeAsync("whole-range p99", async () => (await stream.AggregateAsync(all, ["p99"], WindowSpec.Whole)).Rows.Length);
        await TimeAsync("sliding avg, 5 m each minute", async () =>
            (await stream.AggregateAsync(all, ["avg"], new WindowSpec { Kind = WindowKind.Sliding, Size = 300 * Second, Slide = 60 * Second })).Rows.Length);
    }

    private static async Task TimeAsync(string what, Func<Task<int>> read)
    {
        var (times, processor) = (new List<double>(), new List<double>());
        var rows = 0;
        for (var round = 0; round < Rounds + WarmUps; round++)
        {
            var used = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            rows = await read();
            if (round >= WarmUps)
            {
                processor.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Console.WriteLine($"series: {what} of {OneCount:N0} points ({rows:N0} rows): median {KvBench.Median(times):0.000} ms, least {times.Min():0.000} ms; of processor {KvBench.Median(processor):0.000} ms, least {processor.Min():0.000} ms");
    }

    private static Func<int, double[]> ValuesOf(int count)
    {
        var walks = Enumerable.Range(0, count).Select(static series => Walk(new Random(1_000 + series))).ToArray();
        return _ => [.. walks.Select(static walk => walk())];
    }

    private static SeriesBatch BatchOf(int count)
    {
        var batch = new SeriesBatch();
        for (var i = 0; i < count; i++)
        {
            batch.SeriesOf(SeriesTags.Of([new("s", $"k1_{i:D4}")]), "v");
        }

        return batch;
    }

    private static SeriesBatch Fill(SeriesBatch batch, int round, double[] values)
    {
        batch.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            batch.Add(i, TimeOf(round), values[i]);
        }

        return batch;
    }

    private static EventTime TimeOf(int round) => new(Start + (round * 10 * Second));

    // Steps are normal with a deviation of a half (Box and Muller).
    private static Func<double> Walk(Random random)
    {
        var value = 10 + (random.NextDouble() * 80);
        return () =>
        {
            value += 0.5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return Math.Round(value, 2);
        };
    }
}
