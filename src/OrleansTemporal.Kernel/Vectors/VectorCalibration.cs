namespace OrleansTemporal.Vectors;

/// <summary>
/// Measures how wide searches of a graph have to be, with rows of its own as queries, each as if it were not there:
/// The result depends on the graph alone. Cost: for each query one scan of all rows, and searches about 5,000 wide.
/// </summary>
public sealed class VectorCalibration : VectorWork
{
    /// <summary>Widest search that is tried.</summary>
    public const int WidthMax = 1_536;

    /// <summary>Queries; 960 nearest rows, so that the share of those found is known to about one in a hundred.</summary>
    public const int QueryCount = 96;

    private const int Nearest = 10;

    // The measure is a sample: what is aimed at lies above what is promised.
    private const double AutoAim = 0.98;
    private const double ThoroughAim = 0.997;

    private static readonly int[] Widths = [10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1_024, WidthMax];

    private readonly VectorGraph graph;
    private readonly VectorRows rows;
    private readonly int[][] found = new int[QueryCount][];
    private readonly int linked;

    /// <summary>Begins to measure a graph as it is now.</summary>
    public VectorCalibration(VectorGraph graph, VectorRows rows)
    {
        ArgumentNullException.ThrowIfNull(graph);
        this.graph = graph;
        this.rows = rows;
        linked = graph.Indexed;
    }

    /// <summary>The narrowest widths that find enough; known when the work is done.</summary>
    public VectorWidths? Result { get; private set; }

    /// <summary>How many rows were linked when it began.</summary>
    public int Linked => linked;

    /// <inheritdoc/>
    public override int PhaseCount => 2;

    /// <inheritdoc/>
    public override int CountOf(int phase) => phase == 0 ? QueryCount : 1;

    /// <inheritdoc/>
    public override void Do(int phase, int item)
    {
        if (phase == 0)
        {
            found[item] = Measure(item);
            return;
        }

        Result = new VectorWidths(NarrowestFor(AutoAim), NarrowestFor(ThoroughAim));
    }

    // How many of the nearest are found in each width.
    private int[] Measure(int index)
    {
        var row = graph.RowAt((int)((long)index * linked / QueryCount));
        Span<VectorHit> truth = stackalloc VectorHit[Nearest];
        truth = truth[..VectorScan.Places(rows, graph, 0, linked, rows[row], new OtherVectors(row), truth)];
        var counts = new int[Widths.Length];
        var hits = new VectorHit[Nearest];
        for (var i = 0; i < Widths.Length && counts[^1] == 0; i++)
        {
            var count = graph.SearchWithout(rows[row], row, Widths[i], default(AllVectors), hits);
            counts[i] = Shared(truth, hits.AsSpan(0, count)) + Nearest - truth.Length;
            if (counts[i] == Nearest)
            {
                counts.AsSpan(i).Fill(Nearest);
            }
        }

        return counts;
    }

    private int NarrowestFor(double aim)
    {
        for (var i = 0; i < Widths.Length; i++)
        {
            if (found.Sum(of => of[i]) >= aim * QueryCount * Nearest)
            {
                return Widths[i];
            }
        }

        return 0;
    }

    // A row that is as far away as the last of the nearest is as good as that.
    private static int Shared(ReadOnlySpan<VectorHit> truth, ReadOnlySpan<VectorHit> hits)
    {
        var count = 0;
        foreach (var hit in hits)
        {
            count += hit.Ordered <= truth[^1].Ordered ? 1 : 0;
        }

        return count;
    }

    private readonly struct OtherVectors(int hidden) : IVectorSelection
    {
        public bool Considers(int row) => row != hidden;

        public bool Accepts(int row) => row != hidden;
    }
}
