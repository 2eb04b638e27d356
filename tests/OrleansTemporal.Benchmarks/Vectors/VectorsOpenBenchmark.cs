using System.Collections.Immutable;
using System.Diagnostics;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>How long a collection of MNIST takes to open, from a folder to the first answer, with the index that was stored or without one.</summary>
public sealed class VectorsOpenBenchmark : IMacroBenchmark
{
    /// <inheritdoc/>
    public string Name => "vectors-open";

    /// <inheritdoc/>
    public string Description => "time to open a collection of MNIST, or of small drawn vectors [folder of MNIST, or drawn] [rows] [seconds to wait for the index 0] [rounds 5]";

    /// <inheritdoc/>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var rowOf = args is ["drawn", ..] ? Drawn : RowsOf(MnistVectors.Load(args.Length > 0 ? args[0] : "data/mnist784"));
        var rows = KvBench.Argument(args, 1, 60_000);
        var patience = TimeSpan.FromSeconds(KvBench.Argument(args, 2, 0));
        var folder = KvBench.NewFolder("vectors-open");
        try
        {
            await FillAsync(rowOf, rows, folder, patience, cancellationToken);
            for (var round = 0; round < KvBench.Argument(args, 3, 5); round++)
            {
                GC.Collect();
                var (began, before) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
                await using var database = await TemporalDatabase.OpenAsync(folder, cancellationToken);
                var answer = await database.Vectors("mnist").SearchAsync(rowOf(round), cancellationToken: cancellationToken);
                var (clock, processor) = (Stopwatch.GetElapsedTime(began), Process.GetCurrentProcess().TotalProcessorTime - before);
                var stats = (await database.VectorService.GetCollectionAsync(CallContext.Local, "default", "mnist", cancellationToken)).Stats;
                Console.WriteLine($"{stats.Count:N0} vectors, {stats.LinkedCount:N0} of them linked: first answer ({answer.Mode}) after {clock.TotalMilliseconds:F0} ms, {processor.TotalMilliseconds:F0} ms of processor");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task FillAsync(Func<int, float[]> rowOf, int rows, string folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var database = await TemporalDatabase.OpenAsync(folder, cancellationToken);
        var set = database.Vectors("mnist");
        await set.CreateAsync(new VectorSettings { Dimensions = rowOf(0).Length, Metric = VectorMetric.L2, ConstructionWidth = rowOf.Method.Name == nameof(Drawn) ? 20 : VectorSettings.ConstructionWidthDefault }, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        for (var row = 0; row < rows; row += 1_000)
        {
            var batch = Enumerable.Range(row, Math.Min(1_000, rows - row))
                .Select(i => new VectorOperation { Id = $"{i}", Vector = rowOf(i) })
                .ToImmutableArray();
            await set.PutManyAsync(batch, cancellationToken);
        }

        Console.WriteLine($"{rows:N0} vectors written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");

        // The index is linked, measured and stored by housekeeping.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (Stopwatch.GetElapsedTime(began) < patience && !IsStored(folder, await LinkedAsync(database, cancellationToken), rows))
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(folder, "index-*", SearchOption.AllDirectories))
        {
            Console.WriteLine($"stored index: {new FileInfo(file).Length / 1e6:F0} MB after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");
        }
    }

    private static bool IsStored(string folder, long linked, int rows) =>
        linked >= rows * 19L / 20 && Directory.EnumerateFiles(folder, "index-*", SearchOption.AllDirectories).Any();

    private static async Task<long> LinkedAsync(TemporalDatabase database, CancellationToken cancellationToken) =>
        (await database.VectorService.GetCollectionAsync(CallContext.Local, "default", "mnist", cancellationToken)).Stats.LinkedCount;

    private static Func<int, float[]> RowsOf(MnistVectors data) => row => data.Row(row).ToArray();

    // Sixteen values around one of a thousand centres: so small that the graphs are larger than the vectors.
    private static float[] Drawn(int row)
    {
        var (centre, random) = (new Random(row % 1_000), new Random(row));
        return [.. Enumerable.Range(0, 16).Select(_ => (10 * centre.NextSingle()) + random.NextSingle())];
    }
}
