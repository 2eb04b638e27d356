using System.Diagnostics;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>
/// The same rows with and without codes of one byte, one after the other in one process: recall against comparing with
/// everything, queries a second of processor, memory.
/// </summary>
public sealed class VectorsCodesBenchmark : IMacroBenchmark
{
    private const int QueryCount = 1_000;
    private const int Repeats = 4;

    /// <inheritdoc/>
    public string Name => "vectors-codes";

    /// <inheritdoc/>
    public string Description => "nearest neighbours on MNIST with and without codes of one byte [folder] [rows 20000] [efConstruction 200]";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var data = MnistVectors.Load(args.Length > 0 ? args[0] : "data/mnist784");
        var rows = args.Length > 1 ? int.Parse(args[1]) : 20_000;
        var constructionWidth = args.Length > 2 ? int.Parse(args[2]) : 200;
        var truth = new float[QueryCount];
        foreach (var quantization in new[] { VectorQuantization.None, VectorQuantization.Int8 })
        {
            cancellationToken.ThrowIfCancellationRequested();
            var index = new VectorIndex(MnistVectors.Dimensions, VectorMetric.L2, new VectorGraphOptions { Seed = 1, ConstructionWidth = constructionWidth, Quantization = quantization });
            for (var row = 0; row < rows; row++)
            {
                index.Add(index.Rows.Add(data.Row(row)), (ulong)row + 1);
            }

            var before = Processor();
            while (index.NextWork() is { } work)
            {
                work.Run();
            }

            Console.WriteLine($"{quantization}: built in {(Processor() - before).TotalSeconds:F1} s of processor; rows {index.Rows.Bytes / 1e6:F0} MB, graphs {index.GraphBytes / 1e6:F0} MB");
            if (quantization == VectorQuantization.None)
            {
                FindTruth(data, index, (ulong)rows, truth);
            }

            foreach (var mode in new[] { VectorMode.Fast, VectorMode.Auto, VectorMode.Thorough })
            {
                Measure(data, index, index.Plan(mode, 10, (ulong)rows, 1, 0), truth);
            }

            foreach (var width in new[] { 10, 20, 40, 80 })
            {
                Measure(data, index, index.Plan(VectorMode.Auto, 10, (ulong)rows, 1, width), truth);
            }
        }

        return Task.FromResult(0);
    }

    // The distance of the tenth: whatever is no farther is one of the ten nearest.
    private static void FindTruth(MnistVectors data, VectorIndex index, ulong now, float[] truth)
    {
        var hits = new VectorHit[10];
        var plan = index.Plan(VectorMode.Exact, 10, now, 1, 0);
        for (var query = 0; query < QueryCount; query++)
        {
            index.Scan(plan, 0, 1, data.Query(query), default(AllVectors), hits);
            truth[query] = hits[^1].Ordered;
        }
    }

    private static void Measure(MnistVectors data, VectorIndex index, VectorPlan plan, float[] truth)
    {
        var hits = new VectorHit[10];
        var rates = new double[Repeats];
        var found = 0;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            found = 0;
            var before = Processor();
            for (var query = 0; query < QueryCount; query++)
            {
                var count = index.Search(plan, data.Query(query), hits);
                for (var place = 0; place < count; place++)
                {
                    found += hits[place].Ordered <= truth[query] ? 1 : 0;
                }
            }

            rates[repeat] = QueryCount / (Processor() - before).TotalSeconds;
        }

        Array.Sort(rates);
        Console.WriteLine($"  {plan.Mode,-8} ef {plan.Width,3}: recall@10 {found / (10.0 * QueryCount):F4}, {rates[Repeats / 2]:F0}/s of processor ({rates[0]:F0}-{rates[^1]:F0})");
    }

    private static TimeSpan Processor() => Process.GetCurrentProcess().UserProcessorTime;
}
