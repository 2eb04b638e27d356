using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Cluster.Benchmarks.Hosting;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Cluster.Benchmarks.Kv;

/// <summary>Durable puts and batches on a silo with a folder, beside an embedded database with a folder, turn by turn; then from another process.</summary>
public sealed class SiloPutBenchmark : IMacroBenchmark
{
    private const int Callers = 256;
    private const int BatchCallers = 16;

    public string Name => "silo-put";

    public string Description => "durable puts of 256 callers and batches of 16 on a silo beside embedded, then from another process [seconds 5] [rounds 3]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (seconds, rounds) = (KvBench.Argument(args, 0, 5), KvBench.Argument(args, 1, 3));
        var folder = KvBench.NewFolder("silo-put");
        try
        {
            await using var embedded = await KvBench.OpenAsync(Path.Combine(folder, "embedded"));
            await using var silo = await BenchSilo.StartAsync(new TemporalOptions { DataDirectory = Path.Combine(folder, "silo") });
            await CompareAsync("durable puts, 256 callers", rounds, db => KvLoad.PutAsync(db.KvService, "put", seconds, Callers), embedded, silo.Database);
            await CompareAsync("batches of 100, 16 callers", rounds, db => KvLoad.BatchAsync([db.KvService], "batch", 1, seconds, BatchCallers), embedded, silo.Database);
            await OtherProcess.StartAsync(silo, "put", $"{seconds}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Rates depend on who else has the machine; what a put costs of the processors hardly does.
    private static async Task CompareAsync(string what, int rounds, Func<TemporalDatabase, Task<double>> load, TemporalDatabase embedded, TemporalDatabase silo)
    {
        var (there, here) = (new List<Measure>(), new List<Measure>());
        for (var round = -1; round < rounds; round++)
        {
            var (one, two) = (await MeasureAsync(load, embedded), await MeasureAsync(load, silo));
            if (round >= 0)
            {
                here.Add(one);
                there.Add(two);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {what}: silo {Rate(there):N0} puts/s, embedded {Rate(here):N0}; ratio {KvBench.Median(there.Select((one, round) => one.PerSecond / here[round].PerSecond)):0.00}; "
            + $"processor {Cost(there):0.0} and {Cost(here):0.0} µs a put"));
    }

    private static async Task<Measure> MeasureAsync(Func<TemporalDatabase, Task<double>> load, TemporalDatabase database)
    {
        var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var rate = await load(database);
        return new Measure(rate, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (rate * Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private static double Rate(List<Measure> measures) => KvBench.Median(measures.Select(static one => one.PerSecond));

    private static double Cost(List<Measure> measures) => KvBench.Median(measures.Select(static one => one.Processor));

    private sealed record Measure(double PerSecond, double Processor);
}
