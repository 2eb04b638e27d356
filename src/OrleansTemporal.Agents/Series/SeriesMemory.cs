namespace OrleansTemporal.Series;

/// <summary>
/// The versions of all points of one series: the newest as they came, the others in closed chunks. Guarded by the gate of
/// the agent.
/// </summary>
internal sealed class SeriesMemory(SeriesKey key, int ordinal)
{
    /// <summary>Versions that are kept as they came: enough for a chunk to be small, few enough to be looked through.</summary>
    internal const int OpenCountMax = 1_024;

    // Series that are written to together do not close their chunks together, which would hold the gate for all of them.
    private const int OpenCountSpread = 256;

    private const int OpenCountMin = 4;

    private readonly List<SeriesPart> parts = [];
    private readonly List<SeriesDeletion> deletions = [];
    private long[] times = new long[OpenCountMin];
    private long[] sequences = new long[OpenCountMin];
    private double[] values = new double[OpenCountMin];
    private readonly int countMax = OpenCountMax - (int)((uint)ordinal * 0x9E37_79B9u % OpenCountSpread);
    private int count;

    /// <summary>Which series.</summary>
    public SeriesKey Key => key;

    /// <summary>Its place among the series of the agent.</summary>
    public int Ordinal => ordinal;

    /// <summary>Sequence of the first delta that has a version of a point.</summary>
    public long FirstSequence { get; private set; } = long.MaxValue;

    /// <summary>Bytes of the points.</summary>
    public long Bytes { get; private set; } = OpenCountMin * 24;

    /// <summary>Adds a version of a point; in the order of sequences. Every <see cref="OpenCountMax"/> of them close a chunk.</summary>
    public void Add(long time, long sequence, double value)
    {
        if (count == times.Length)
        {
            Grow();
        }

        FirstSequence = Math.Min(FirstSequence, sequence);
        (times[count], sequences[count], values[count]) = (time, sequence, value);
        if (++count == countMax)
        {
            Close();
        }
    }

    /// <summary>Takes note of a deletion that concerns the series.</summary>
    public void Add(SeriesDeletion deletion) => deletions.Add(deletion);

    /// <summary>A copy of what there is, for reading outside of the gate. Costs at most the open points, and a reference for each chunk.</summary>
    public SeriesView ToView(long from, long to) => new(
        key,
        ordinal,
        [.. parts.Where(part => part.Span.LastTime >= from && part.Span.FirstTime < to)],
        times.AsSpan(0, count).ToArray(),
        sequences.AsSpan(0, count).ToArray(),
        values.AsSpan(0, count).ToArray(),
        [.. deletions]);

    private void Close()
    {
        using var points = new SeriesPoints();
        points.Add(times.AsSpan(0, count), sequences.AsSpan(0, count), values.AsSpan(0, count));
        points.Sort();
        var span = new SeriesSpan(points.Times[0], points.Times[^1], sequences[0], sequences[count - 1]);
        var bytes = SeriesChunk.Encode(points.Times, points.Sequences, points.Values);
        var versions = points.Count;
        points.Settle(long.MaxValue, []);
        parts.Add(new SeriesPart(bytes, versions, span, points.Count < versions, ChunkSummary.Of(points.Times, points.Values)));
        Bytes += bytes.Length;
        count = 0;
    }

    private void Grow()
    {
        var larger = Math.Min(times.Length * 2, OpenCountMax);
        Bytes += (larger - times.Length) * 24;
        Array.Resize(ref times, larger);
        Array.Resize(ref sequences, larger);
        Array.Resize(ref values, larger);
    }
}
