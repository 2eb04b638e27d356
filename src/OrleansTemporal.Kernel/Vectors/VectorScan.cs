namespace OrleansTemporal.Vectors;

/// <summary>The nearest rows by comparing with every one of them.</summary>
public static unsafe class VectorScan
{
    private static readonly VectorScratchPool Pool = new();

    /// <summary>The nearest of the rows that a graph lists at some places, nearest first.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="graph">Says which row is at which place.</param>
    /// <param name="first">The first place.</param>
    /// <param name="end">Behind the last place.</param>
    /// <param name="query">As many floats as the rows have.</param>
    /// <param name="selection">What may be answered with.</param>
    /// <param name="hits">Where the rows go.</param>
    /// <returns>How many there are.</returns>
    public static int Places<TSelection>(
        VectorRows rows, VectorGraph graph, int first, int end, ReadOnlySpan<float> query, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection =>
        Run(rows, new PlacesOfGraph(graph), first, end, query, selection, hits);

    /// <summary>The nearest of the rows of some entries that are there at a moment, nearest first.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="history">When which row was there.</param>
    /// <param name="time">The moment.</param>
    /// <param name="first">The first entry.</param>
    /// <param name="end">Behind the last entry.</param>
    /// <param name="query">As many floats as the rows have.</param>
    /// <param name="selection">What may be answered with, of what is there.</param>
    /// <param name="hits">Where the rows go; each at most once.</param>
    /// <returns>How many there are.</returns>
    public static int Entries<TSelection>(
        VectorRows rows, VectorHistory history, ulong time, int first, int end, ReadOnlySpan<float> query, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection =>
        Run(rows, new EntriesOfHistory(history, time), first, end, query, selection, hits);

    /// <summary>Merges hits into others, nearest first, each row once.</summary>
    /// <param name="hits">Sorted; its memory is filled up.</param>
    /// <param name="count">How many it has.</param>
    /// <param name="others">Sorted.</param>
    /// <returns>How many it has now.</returns>
    public static int Merge(Span<VectorHit> hits, int count, ReadOnlySpan<VectorHit> others)
    {
        var scratch = Pool.Rent();
        scratch.Beam.Reset(hits.Length);
        foreach (var hit in hits[..count])
        {
            scratch.Beam.Add(VectorKey.Make(hit.Ordered, hit.Row));
        }

        foreach (var hit in others)
        {
            var key = VectorKey.Make(hit.Ordered, hit.Row);
            if (!scratch.Beam.Keys.Contains(key))
            {
                scratch.Beam.Add(key);
            }
        }

        var merged = Read(scratch.Beam, hits);
        Pool.Return(scratch);
        return merged;
    }

    private static int Run<TSource, TSelection>(
        VectorRows rows, TSource source, int first, int end, ReadOnlySpan<float> query, TSelection selection, Span<VectorHit> hits)
        where TSource : struct, IRowSource
        where TSelection : struct, IVectorSelection
    {
        if (hits.IsEmpty)
        {
            return 0;
        }

        var scratch = Pool.Rent();
        scratch.Beam.Reset(hits.Length);
        var laidOut = scratch.LayOut(rows, query);
        switch (rows.Metric)
        {
            case VectorMetric.L2:
                Run<L2Distance, TSource, TSelection>(scratch.Beam, rows, source, first, end, laidOut, selection);
                break;
            case VectorMetric.Cosine:
                Run<CosineDistance, TSource, TSelection>(scratch.Beam, rows, source, first, end, laidOut, selection);
                break;
            default:
                Run<DotDistance, TSource, TSelection>(scratch.Beam, rows, source, first, end, laidOut, selection);
                break;
        }

        var count = Read(scratch.Beam, hits);
        Pool.Return(scratch);
        GC.KeepAlive(rows);
        return count;
    }

    private static void Run<TDistance, TSource, TSelection>(
        VectorBeam beam, VectorRows rows, TSource source, int first, int end, float* query, TSelection selection)
        where TDistance : struct, IVectorDistance
        where TSource : struct, IRowSource
        where TSelection : struct, IVectorSelection
    {
        for (var place = first; place < end; place++)
        {
            var row = source.RowAt(place);
            if (row < 0 || !selection.Considers(row))
            {
                continue;
            }

            var distance = TDistance.Between(query, rows.At(row), rows.PaddedLength, beam.Worst);
            if (distance < beam.Worst && selection.Accepts(row))
            {
                beam.Add(VectorKey.Make(distance, row));
            }
        }
    }

    private static int Read(VectorBeam beam, Span<VectorHit> hits)
    {
        var keys = beam.Keys;
        for (var i = 0; i < keys.Length; i++)
        {
            hits[i] = new VectorHit(VectorKey.Row(keys[i]), VectorKey.Distance(keys[i]));
        }

        return keys.Length;
    }

    // A row for each place, or −1 for none.
    private interface IRowSource
    {
        int RowAt(int place);
    }

    private readonly struct PlacesOfGraph(VectorGraph graph) : IRowSource
    {
        public int RowAt(int place) => graph.RowAt(place);
    }

    private readonly struct EntriesOfHistory(VectorHistory history, ulong time) : IRowSource
    {
        // Of several entries of a row that are there, the newest stands for all.
        public int RowAt(int place)
        {
            if (!history.IsLive(place, time))
            {
                return -1;
            }

            var row = history.RowOf(place);
            return history.LiveEntryOf(row, time) == place ? row : -1;
        }
    }
}
