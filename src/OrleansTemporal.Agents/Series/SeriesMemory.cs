namespace OrleansTemporal.Series;

/// <summary>
/// What memory has of one series: the newest versions of points as they came, and closed chunks of those that no segment
/// holds yet. Guarded by the gate of the agent.
/// </summary>
internal sealed partial class SeriesMemory(SeriesKey key, int ordinal, long firstSequence)
{
    /// <summary>Versions that are kept as they came: enough for a chunk to be small, few enough to be looked through.</summary>
    internal const int OpenCountMax = 1_024;

    // Series that are written to together do not close their chunks together.
    private const int OpenCountSpread = 256;

    private const int OpenCountMin = 4;

    private readonly int countMax = OpenCountMax - (int)((uint)ordinal * 0x9E37_79B9u % OpenCountSpread);
    private List<SeriesPart>? parts;
    private List<SeriesClosing>? closings;
    private List<SeriesDeletion>? deletions;
    private long[] times = [];
    private long[] sequences = [];
    private double[] values = [];
    private int count;

    /// <summary>Which series.</summary>
    public SeriesKey Key => key;

    /// <summary>Its place among the series of the agent.</summary>
    public int Ordinal => ordinal;

    /// <summary>Sequence of the delta that named it.</summary>
    public long FirstSequence => firstSequence;

    /// <summary>Bytes of memory for points.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a version of a point; in the order of sequences.</summary>
    /// <returns>True when as many are open as a chunk takes: they are to be closed.</returns>
    public bool Add(long time, long sequence, double value)
    {
        if (count == times.Length)
        {
            Grow(count + 1);
        }

        (times[count], sequences[count], values[count]) = (time, sequence, value);
        return ++count >= countMax;
    }

    /// <summary>Adds versions that one delta has brought, as many as fit.</summary>
    /// <returns>How many fitted; they are to be closed when those were not all.</returns>
    public int Add(ReadOnlySpan<long> moreTimes, long sequence, ReadOnlySpan<double> moreValues)
    {
        var taken = Math.Min(moreTimes.Length, countMax - count);
        if (count + taken > times.Length)
        {
            Grow(count + taken);
        }

        moreTimes[..taken].CopyTo(times.AsSpan(count));
        sequences.AsSpan(count, taken).Fill(sequence);
        moreValues[..taken].CopyTo(values.AsSpan(count));
        count += taken;
        return taken;
    }

    /// <summary>Whether as many versions are open as a chunk takes.</summary>
    public bool IsFull => count >= countMax;

    /// <summary>Adds a closed chunk that a delta has brought as it is.</summary>
    public void Add(SeriesPart part)
    {
        (parts ??= []).Add(part);
        Bytes += part.MemoryBytes;
    }

    /// <summary>Takes note of a deletion that concerns the series.</summary>
    public void Add(SeriesDeletion deletion) => (deletions ??= []).Add(deletion);

    /// <summary>A copy of what memory has, for reading outside of the gate. Costs at most the open points, and a reference for each chunk.</summary>
    /// <param name="from">The first event time that is wanted.</param>
    /// <param name="to">The first behind.</param>
    /// <param name="bounds">Which deltas segments hold.</param>
    public SeriesView ToView(long from, long to, SeriesBounds bounds)
    {
        var points = new SeriesArrivals(OpenCount);
        if (closings is not null)
        {
            foreach (var closing in closings)
            {
                points.Add(closing.Times.AsSpan(0, closing.Count), closing.Sequences, closing.Values, bounds);
            }
        }

        points.Add(times.AsSpan(0, count), sequences, values, bounds);
        SeriesPart[] wanted = parts is null ? [] : [.. parts.Where(part =>
            bounds.IsInMemory(part.Span.LastSequence) && part.Span.LastTime >= from && (to == long.MaxValue || part.Span.FirstTime < to))];
        var (openTimes, openSequences, openValues) = points.Take();
        return new SeriesView(key, ordinal, wanted, openTimes, openSequences, openValues, deletions is null ? [] : [.. deletions]);
    }

    /// <summary>Everything that a segment with deltas up to a sequence is to hold and none does: chunks, and a copy of points that are in none.</summary>
    public SeriesView? ToSeal(long last, SeriesBounds bounds)
    {
        if (count == 0 && closings is null && parts is null)
        {
            return null;
        }

        var upTo = new SeriesBounds(bounds.Covered, 0, last);
        var view = ToView(long.MinValue, long.MaxValue, upTo);
        return view.Parts.Length == 0 && view.Times.Length == 0 ? null : view;
    }

    private int OpenCount => count + (closings?.Sum(static closing => closing.Count) ?? 0);

    private void Grow(int wanted)
    {
        // Powers of two, as the pool has them.
        var larger = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)wanted), OpenCountMin, OpenCountMax);
        Bytes += (larger - times.Length) * SeriesClosing.BytesPerPoint;
        Array.Resize(ref times, larger);
        Array.Resize(ref sequences, larger);
        Array.Resize(ref values, larger);
    }
}
