using System.Diagnostics;
using System.Numerics.Tensors;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>An index over a history of rows of MNIST, one change a tick, with what plain sums say of any moment.</summary>
internal sealed class PastHistory
{
    private const int QueryCount = 400;
    private const int Nearest = 10;
    private static readonly int[] Widths = [10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192];

    private readonly MnistVectors data;
    private readonly VectorIndex index = New();
    private readonly Dictionary<int, int> entries = [];
    private readonly Dictionary<int, (ulong From, ulong To)> spans = [];

    public PastHistory(MnistVectors data)
    {
        this.data = data;
    }

    public ulong Now { get; private set; }

    public void Add(int row)
    {
        Now++;
        AddNow(row);
    }

    public void End(int row)
    {
        Now++;
        EndNow(row);
    }

    public void Replace(int old, int row)
    {
        Now++;
        EndNow(old);
        AddNow(row);
    }

    /// <summary>Links everything, with successors where they are due.</summary>
    public void Finish()
    {
        do
        {
            Link(index);
        }
        while (index.Turn(Now));
    }

    /// <summary>Prints the recall of the modes at a moment; false when one is below 0.95.</summary>
    public bool Measure(string what, ulong time)
    {
        var truth = TruthAt(time);
        var (auto, thorough) = (index.Plan(VectorMode.Auto, Nearest, time, 1, 0), index.Plan(VectorMode.Thorough, Nearest, time, 1, 0));
        var (recall, most) = (RecallOf(auto, truth), RecallOf(thorough, truth));
        Console.WriteLine($"{what}: {CountAt(time):N0} there; auto answers by {auto.Mode}, ef {auto.Width}: {recall:F4}; thorough by {thorough.Mode}, ef {thorough.Width}: {most:F4}");
        return recall >= 0.95 && most >= 0.95;
    }

    public bool IsEmpty(ulong time)
    {
        var hits = new VectorHit[Nearest];
        var count = index.Scan(index.Plan(VectorMode.Auto, Nearest, time, 1, 0), 0, 1, data.Query(0), new LiveVectors(index.History, time), hits);
        Console.WriteLine($"emptied: {count} found");
        return count == 0;
    }

    /// <summary>Prints queries a second of processor at the width that finds 95 and 99 of 100, round by round beside an index of what was there.</summary>
    public void CompareWithRebuilt(ulong time, int rounds)
    {
        var rebuilt = New();
        foreach (var (row, span) in spans.Where(pair => IsThere(pair.Value, time)).OrderBy(static pair => pair.Value.From))
        {
            rebuilt.Add(rebuilt.Rows.Add(data.Row(row)), span.From);
        }

        Link(rebuilt);
        var truth = TruthAt(time);
        foreach (var aim in new[] { 0.95, 0.99 })
        {
            if (PlanFor(index, time, truth, aim) is not { } past || PlanFor(rebuilt, time, truth, aim) is not { } fresh)
            {
                Console.WriteLine($"  {aim}: compared with everything");
                continue;
            }

            var rates = Enumerable.Range(0, rounds).Select(_ => (Past: RateOf(index, past), Fresh: RateOf(rebuilt, fresh))).ToArray();
            var (mine, theirs, ratio) = (Median(rates.Select(static rate => rate.Past)), Median(rates.Select(static rate => rate.Fresh)), Median(rates.Select(static rate => rate.Past / rate.Fresh)));
            Console.WriteLine($"  recall {aim}: ef {past.Width} {mine:F0}/s of processor, rebuilt ef {fresh.Width} {theirs:F0}/s: {ratio:F2} (median of {rounds} rounds)");
        }
    }

    private static VectorIndex New() => new(MnistVectors.Dimensions, VectorMetric.L2, new VectorGraphOptions { Seed = 1 });

    private static void Link(VectorIndex index)
    {
        while (index.NextWork() is { } work)
        {
            work.Run();
        }
    }

    private static bool IsThere((ulong From, ulong To) span, ulong time) => span.From <= time && time < span.To;

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private void AddNow(int row)
    {
        entries[row] = index.Add(index.Rows.Add(data.Row(row)), Now);
        spans[row] = (Now, ulong.MaxValue);
    }

    private void EndNow(int row)
    {
        index.End(entries[row], Now);
        spans[row] = spans[row] with { To = Now };
    }

    private int CountAt(ulong time) => spans.Values.Count(span => IsThere(span, time));

    // The distance of the tenth, a little widened for rounding: whatever is no farther is one of the ten nearest.
    private double[] TruthAt(ulong time)
    {
        var there = spans.Where(pair => IsThere(pair.Value, time)).Select(static pair => pair.Key).ToArray();
        var truth = new double[QueryCount];
        Parallel.For(0, QueryCount, query =>
        {
            var distances = Array.ConvertAll(there, row => TensorPrimitives.Distance(data.Query(query), data.Row(row)));
            Array.Sort(distances);
            truth[query] = Math.Pow(distances[Math.Min(Nearest, distances.Length) - 1], 2) * 1.000_01;
        });
        return truth;
    }

    private double RecallOf(VectorPlan plan, double[] truth) => RecallOf(index, plan, truth);

    private double RecallOf(VectorIndex of, VectorPlan plan, double[] truth)
    {
        var (found, hits) = (0, new VectorHit[Nearest]);
        for (var query = 0; query < QueryCount; query++)
        {
            var count = plan.Mode == VectorMode.Exact
                ? of.Scan(plan, 0, 1, data.Query(query), new LiveVectors(of.History, plan.Time), hits)
                : of.Search(plan, data.Query(query), hits);
            foreach (var hit in hits.AsSpan(0, count))
            {
                found += hit.Ordered <= truth[query] ? 1 : 0;
            }
        }

        return found / (double)(Nearest * QueryCount);
    }

    private VectorPlan? PlanFor(VectorIndex of, ulong time, double[] truth, double aim) => Widths
        .Select(width => of.Plan(VectorMode.Auto, Nearest, time, 1, width))
        .FirstOrDefault(plan => plan.Mode != VectorMode.Exact && RecallOf(of, plan, truth) >= aim);

    private double RateOf(VectorIndex of, VectorPlan plan)
    {
        var hits = new VectorHit[Nearest];
        var before = Process.GetCurrentProcess().UserProcessorTime;
        for (var query = 0; query < 2_000; query++)
        {
            of.Search(plan, data.Query(query), hits);
        }

        return 2_000 / (Process.GetCurrentProcess().UserProcessorTime - before).TotalSeconds;
    }
}
