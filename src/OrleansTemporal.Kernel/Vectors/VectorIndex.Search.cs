namespace OrleansTemporal.Vectors;

public sealed partial class VectorIndex
{
    // So few vectors are compared sooner than a graph is entered.
    private const int ScanMax = 1_024;

    // Distances for each candidate that a search follows, and what a distance costs in a scan, where memory is read in
    // order, as a share of what it costs in a graph. Measured on 60,000 × 784.
    private const double DistancesPerCandidate = 16;
    private const double ScanShare = 0.4;

    /// <summary>How a search is best answered.</summary>
    /// <param name="mode">What was asked for.</param>
    /// <param name="count">How many answers.</param>
    /// <param name="time">As of which moment; every entry up to it is written.</param>
    /// <param name="share">About which share of what is there then may be answered with, 0 to 1.</param>
    /// <param name="width">How many candidates to follow; 0 for what the mode says.</param>
    public VectorPlan Plan(VectorMode mode, int count, ulong time, double share, int width)
    {
        var accepted = History.CountLive(time) * share;
        var scan = new VectorPlan { Mode = VectorMode.Exact, Time = time, EntryCount = History.CountBegun(time) };
        if (mode == VectorMode.Exact || accepted <= ScanMax || EraOf(time) is not { } era)
        {
            return scan;
        }

        var wide = width > 0 ? Math.Max(width, count) : WidthOf(era.Measured.Widths, mode, count);
        var linked = era.Graph.Indexed;
        var walked = wide * DistancesPerCandidate * Math.Max(1, era.Graph.Listed / accepted) + (era.Graph.Waiting * ScanShare);
        return wide == 0 || linked == 0 || walked >= accepted * ScanShare
            ? scan
            : scan with { Mode = mode, Width = wide, Graph = era.Graph };
    }

    /// <summary>Searches the graph of a plan, and compares with what it has not linked.</summary>
    /// <param name="plan">One whose mode is not <see cref="VectorMode.Exact"/>.</param>
    /// <param name="query">As many floats as there are dimensions.</param>
    /// <param name="selection">What may be answered with; of that, what is there at the plan's moment.</param>
    /// <param name="hits">Where the rows go, nearest first.</param>
    /// <returns>How many there are.</returns>
    public int Search<TSelection>(VectorPlan plan, ReadOnlySpan<float> query, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection
    {
        ArgumentNullException.ThrowIfNull(plan);
        var graph = plan.Graph ?? throw new ArgumentException("The plan is a scan.", nameof(plan));

        // In this order: a row that is linked meanwhile is found twice rather than never.
        var linked = graph.Indexed;
        var count = graph.Search(query, plan.Width, selection, hits);
        var listed = graph.Listed;
        if (listed == linked)
        {
            return count;
        }

        var head = new VectorHit[hits.Length];
        return VectorScan.Merge(hits, count, head.AsSpan(0, VectorScan.Places(Rows, graph, linked, listed, query, selection, head)));
    }

    /// <summary>The same for everything that is there at the plan's moment.</summary>
    public int Search(VectorPlan plan, ReadOnlySpan<float> query, Span<VectorHit> hits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var live = new LiveVectors(History, plan.Time);

        // Where nothing has ever gone, nothing needs to be asked; what comes meanwhile is noticed.
        if (plan.EntryCount == History.Count && History.CountLive(plan.Time) == plan.EntryCount)
        {
            var count = Search(plan, query, default(AllVectors), hits);
            if (History.Count == plan.EntryCount)
            {
                return count;
            }
        }

        return Search(plan, query, live, hits);
    }

    /// <summary>Compares with the entries of a part of a plan's moment.</summary>
    /// <param name="plan">Any.</param>
    /// <param name="part">Which part, 0 to <paramref name="partCount"/> − 1.</param>
    /// <param name="partCount">How many parts there are.</param>
    /// <param name="query">As many floats as there are dimensions.</param>
    /// <param name="selection">What may be answered with.</param>
    /// <param name="hits">Where the rows go, nearest first.</param>
    /// <returns>How many there are.</returns>
    public int Scan<TSelection>(VectorPlan plan, int part, int partCount, ReadOnlySpan<float> query, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection
    {
        ArgumentNullException.ThrowIfNull(plan);
        var first = (int)((long)plan.EntryCount * part / partCount);
        var end = (int)((long)plan.EntryCount * (part + 1) / partCount);
        return VectorScan.Entries(Rows, History, plan.Time, first, end, query, selection, hits);
    }

    // The smallest graph that lists everything that was there.
    private VectorEra? EraOf(ulong time)
    {
        var now = Volatile.Read(ref layout);
        VectorEra? best = now.Current.Begin <= time ? new VectorEra(now.Current.Graph, now.Current.Begin, ulong.MaxValue, now.Current) : null;
        foreach (var era in now.Eras)
        {
            if (era.Begin <= time && time < era.End && (best is null || era.Graph.Listed < best.Graph.Listed))
            {
                best = era;
            }
        }

        return best;
    }

    // What was measured for ten answers holds for more in proportion.
    private static int WidthOf(VectorWidths widths, VectorMode mode, int count)
    {
        var measured = mode == VectorMode.Thorough ? widths.Thorough : widths.Auto;
        var wide = (long)measured * Math.Max(10, count) / 10;
        return (int)Math.Min(int.MaxValue, mode == VectorMode.Fast ? Math.Max(count, wide / 2) : wide);
    }
}
