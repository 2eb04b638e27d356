using System.Diagnostics;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>
/// Build and search of the index on one thread, as hnswlib's are measured: M 16, efConstruction 200, L2, the same rows and
/// queries. On a shared machine the time of the clock says little, so the processor's is printed beside it.
/// </summary>
public sealed class VectorsBenchmark : IMacroBenchmark
{
    private static readonly int[] Widths = [10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 30, 32, 36, 40, 48, 56, 64, 80];

    /// <inheritdoc/>
    public string Name => "vectors";

    /// <inheritdoc/>
    public string Description => "nearest neighbours on MNIST: build, queries a second by recall, now and in the past [folder] [rows] [rounds]";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var data = MnistVectors.Load(args.Length > 0 ? args[0] : "data/mnist784");
        var rows = args.Length > 1 ? int.Parse(args[1]) : data.Count;
        var rounds = args.Length > 2 ? int.Parse(args[2]) : 3;
        var index = new VectorIndex(MnistVectors.Dimensions, VectorMetric.L2, new VectorGraphOptions { Seed = 1 });
        for (var row = 0; row < rows; row++)
        {
            index.Add(index.Rows.Add(data.Row(row)), (ulong)row + 1);
        }

        Build(index, rows);
        MeasureSearches(data, index, rows, rounds, cancellationToken);
        if (rows == data.Count)
        {
            MeasureModes(data, index, (ulong)rows);
        }

        return Task.FromResult(0);
    }

    private static void Build(VectorIndex index, int rows)
    {
        var (batches, measures, began) = (TimeSpan.Zero, TimeSpan.Zero, Stopwatch.GetTimestamp());
        while (index.NextWork() is { } work)
        {
            var before = Processor();
            work.Run();
            if (work is VectorGraphBatch)
            {
                batches += Processor() - before;
            }
            else
            {
                measures += Processor() - before;
            }
        }

        var clock = Stopwatch.GetElapsedTime(began);
        Console.WriteLine($"build of {rows:N0}: {clock.TotalSeconds:F1} s by the clock; processor: {batches.TotalSeconds:F1} s linking ({rows / batches.TotalSeconds:F0}/s), {measures.TotalSeconds:F1} s measuring");
        Console.WriteLine($"memory: rows {index.Rows.Bytes / 1e6:F0} MB, graphs {index.GraphBytes / 1e6:F0} MB ({index.GraphCount} of them), history {index.History.Bytes / 1e6:F1} MB");
    }

    private static void MeasureSearches(MnistVectors data, VectorIndex index, int rows, int rounds, CancellationToken cancellationToken)
    {
        var hits = new VectorHit[10];
        foreach (var width in Widths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (found, rates, clocks) = (0, new double[rounds], new double[rounds]);
            for (var round = 0; round < rounds; round++)
            {
                found = 0;
                var (before, began) = (Processor(), Stopwatch.GetTimestamp());
                for (var query = 0; query < data.QueryCount; query++)
                {
                    var count = index.Graph.Search(data.Query(query), width, default(AllVectors), hits);
                    found += data.CountTrue(query, hits.AsSpan(0, count));
                }

                rates[round] = data.QueryCount / (Processor() - before).TotalSeconds;
                clocks[round] = data.QueryCount / Stopwatch.GetElapsedTime(began).TotalSeconds;
            }

            var recall = found / (10.0 * data.QueryCount);
            Array.Sort(rates);
            Array.Sort(clocks);
            Console.WriteLine($"ef={width,3} recall@10={(rows == data.Count ? recall : double.NaN):F4} {rates[rounds / 2]:F0}/s of processor ({rates[0]:F0}-{rates[^1]:F0}), {clocks[rounds / 2]:F0}/s by the clock");
            if (recall > 0.995)
            {
                break;
            }
        }
    }

    private static void MeasureModes(MnistVectors data, VectorIndex index, ulong now)
    {
        var hits = new VectorHit[10];
        foreach (var mode in new[] { VectorMode.Fast, VectorMode.Auto, VectorMode.Thorough })
        {
            var (found, before) = (0, Processor());
            var plan = index.Plan(mode, 10, now, 1, 0);
            for (var query = 0; query < data.QueryCount; query++)
            {
                var count = index.Search(plan, data.Query(query), hits);
                found += data.CountTrue(query, hits.AsSpan(0, count));
            }

            Console.WriteLine($"{mode}: ef {plan.Width}, recall@10={found / (10.0 * data.QueryCount):F4}, {data.QueryCount / (Processor() - before).TotalSeconds:F0}/s of processor");
        }

        var exact = index.Plan(VectorMode.Exact, 10, now, 1, 0);
        var start = Processor();
        for (var query = 0; query < 200; query++)
        {
            index.Scan(exact, 0, 1, data.Query(query), default(AllVectors), hits);
        }

        Console.WriteLine($"Exact: {200 / (Processor() - start).TotalSeconds:F0}/s of processor, one thread");
    }

    private static TimeSpan Processor() => Process.GetCurrentProcess().UserProcessorTime;
}
