using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>Splits and merges of a namespace while writers put: how long each takes, and how long the slowest puts wait.</summary>
public sealed class KvSplitBenchmark : IMacroBenchmark
{
    private const int BatchKeys = 1_000;
    private const int WriterCount = 8;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly int[] Partitions = [2, 4, 8, 2, 1];

    public string Name => "kv-split";

    public string Description => "splits and merges under puts: duration, and quantiles of the puts [keys 1000000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var keys = KvBench.Argument(args, 0, 1_000_000);
        var folder = KvBench.NewFolder("kv-split");
        try
        {
            await using var db = await TemporalDatabase.OpenAsync(folder, cancellationToken);
            await FillAsync(db, keys, cancellationToken);
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, WriterCount).Select(writer => Task.Run(() => WriteAsync(db, writer, keys, stop.Token), cancellationToken)).ToArray();
            await Task.Delay(Between, cancellationToken);
            foreach (var partitions in Partitions)
            {
                var start = Stopwatch.GetTimestamp();
                await db.KvService.PutSettingsAsync(CallContext.Local, "default", "n", new KvSettings { Partitions = partitions }, cancellationToken);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"to {partitions} partitions: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms"));
                await Task.Delay(Between, cancellationToken);
            }

            await stop.CancelAsync();
            double[] waits = [.. (await Task.WhenAll(writers)).SelectMany(static waited => waited).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{keys} keys, {waits.Length} puts: p50 {At(waits, 0.5):F2} ms, p99 {At(waits, 0.99):F2} ms, p99.9 {At(waits, 0.999):F2} ms, most {waits[^1]:F2} ms"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    private static async Task<List<double>> WriteAsync(TemporalDatabase db, int writer, int keys, CancellationToken stop)
    {
        var random = new Random(writer);
        var waits = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await db.Kv("n").PutJsonAsync($"key-{random.Next(keys)}", "{\"n\":1}"u8.ToArray(), CancellationToken.None);
            waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return waits;
    }

    private static async Task FillAsync(TemporalDatabase db, int keys, CancellationToken cancellationToken)
    {
        for (var first = 0; first < keys; first += BatchKeys)
        {
            var operations = Enumerable.Range(first, Math.Min(BatchKeys, keys - first))
                .Select(static i => new KvOperation { Kind = KvOperationKind.Put, Key = $"key-{i}", Value = "{\"n\":0}"u8.ToArray() });
            await db.KvService.BatchAsync(CallContext.Local, "default", "n", [.. operations], atomic: true, KvPutOptions.None, cancellationToken);
        }
    }
}
