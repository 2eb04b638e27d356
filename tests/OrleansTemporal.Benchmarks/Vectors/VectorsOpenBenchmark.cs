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
    public string Description => "time to open a collection of MNIST [folder of MNIST] [rows] [seconds to wait for the index 0] [rounds 5]";

    /// <inheritdoc/>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var data = MnistVectors.Load(args.Length > 0 ? args[0] : "data/mnist784");
        var rows = KvBench.Argument(args, 1, data.Count);
        var patience = TimeSpan.FromSeconds(KvBench.Argument(args, 2, 0));
        var folder = KvBench.NewFolder("vectors-open");
        try
        {
            await FillAsync(data, rows, folder, patience, cancellationToken);
            for (var round = 0; round < KvBench.Argument(args, 3, 5); round++)
            {
                GC.Collect();
                var (began, before) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
                await using var database = await TemporalDatabase.OpenAsync(folder, cancellationToken);
                var answer = await database.Vectors("mnist").SearchAsync(data.Query(round).ToArray(), cancellationToken: cancellationToken);
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

    private static async Task FillAsync(MnistVectors data, int rows, string folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var database = await TemporalDatabase.OpenAsync(folder, cancellationToken);
        var set = database.Vectors("mnist");
        await set.CreateAsync(new VectorSettings { Dimensions = MnistVectors.Dimensions, Metric = VectorMetric.L2 }, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        for (var row = 0; row < rows; row += 1_000)
        {
            var batch = Enumerable.Range(row, Math.Min(1_000, rows - row))
                .Select(i => new VectorOperation { Id = $"{i}", Vector = data.Row(i).ToArray() })
                .ToImmutableArray();
            await set.PutManyAsync(batch, cancellationToken);
        }

        Console.WriteLine($"{rows:N0} vectors written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");

        // The index is linked, measured and stored by housekeeping.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (Stopwatch.GetElapsedTime(began) < patience && !Directory.EnumerateFiles(folder, "index", SearchOption.AllDirectories).Any())
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
