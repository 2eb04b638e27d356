using System.Buffers;

namespace OrleansTemporal.Series;

/// <summary>Versions of points in columns that grow. Owns its arrays, which come from the pool; not thread-safe.</summary>
internal sealed class SeriesPoints : IDisposable
{
    // More than so many and sorting anew is cheaper.
    private const int MovesPerPoint = 16;

    private long[] times = [];
    private long[] sequences = [];
    private double[] values = [];
    private int[]? order;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Event times.</summary>
    public Span<long> Times => times.AsSpan(0, Count);

    /// <summary>Sequences.</summary>
    public Span<long> Sequences => sequences.AsSpan(0, Count);

    /// <summary>Values.</summary>
    public Span<double> Values => values.AsSpan(0, Count);

    /// <summary>Forgets all, keeps the room.</summary>
    public void Clear() => Count = 0;

    /// <summary>Makes room for more, whose content is whatever was there.</summary>
    /// <returns>Where they begin.</returns>
    public int Extend(int count)
    {
        var at = Count;
        Count += count;
        if (Count > times.Length)
        {
            Grow(ref times, at);
            Grow(ref sequences, at);
            Grow(ref values, at);
        }

        return at;
    }

    /// <summary>Copies some in.</summary>
    public void Add(ReadOnlySpan<long> moreTimes, ReadOnlySpan<long> moreSequences, ReadOnlySpan<double> moreValues)
    {
        var at = Extend(moreTimes.Length);
        moreTimes.CopyTo(times.AsSpan(at));
        moreSequences.CopyTo(sequences.AsSpan(at));
        moreValues.CopyTo(values.AsSpan(at));
    }

    /// <summary>
    /// Sorts by event time, then sequence, then place; keeps of each event time the newest version up to a sequence, unless
    /// a deletion up to it hides that.
    /// </summary>
    public void Settle(long throughSequence, ReadOnlySpan<SeriesDeletion> deletions)
    {
        Sort();
        var kept = 0;
        for (var i = 0; i < Count;)
        {
            var time = times[i];
            var newest = -1;
            for (; i < Count && times[i] == time; i++)
            {
                newest = sequences[i] <= throughSequence ? i : newest;
            }

            if (newest >= 0 && !IsHidden(time, sequences[newest], throughSequence, deletions))
            {
                (times[kept], sequences[kept], values[kept]) = (time, sequences[newest], values[newest]);
                kept++;
            }
        }

        Count = kept;
    }

    /// <summary>Sorts by event time, then sequence, then place.</summary>
    public void Sort()
    {
        if (SortNearly())
        {
            return;
        }

        // Places in one array, since a sort of the platform is not stable.
        if (order is null || order.Length < Count)
        {
            order = new int[times.Length];
        }

        for (var i = 0; i < Count; i++)
        {
            order[i] = i;
        }

        order.AsSpan(0, Count).Sort((left, right) =>
            times[left] != times[right] ? times[left].CompareTo(times[right])
            : sequences[left] != sequences[right] ? sequences[left].CompareTo(sequences[right])
            : left.CompareTo(right));
        Arrange(ref times);
        Arrange(ref sequences);
        Arrange(ref values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(ref times);
        Return(ref sequences);
        Return(ref values);
        Count = 0;
    }

    private static bool IsHidden(long time, long sequence, long throughSequence, ReadOnlySpan<SeriesDeletion> deletions)
    {
        foreach (var deletion in deletions)
        {
            if (deletion.Sequence <= throughSequence && deletion.Hides(time, sequence))
            {
                return true;
            }
        }

        return false;
    }

    // Points that come from several writers are a few places off, so each moves back a little; true when that was enough.
    private bool SortNearly()
    {
        var moves = MovesPerPoint * Count;
        for (var i = 1; i < Count; i++)
        {
            var (time, sequence, value) = (times[i], sequences[i], values[i]);
            var at = i;
            for (; at > 0 && (times[at - 1] > time || (times[at - 1] == time && sequences[at - 1] > sequence)); at--)
            {
                (times[at], sequences[at], values[at]) = (times[at - 1], sequences[at - 1], values[at - 1]);
            }

            (times[at], sequences[at], values[at]) = (time, sequence, value);
            if ((moves -= i - at) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Arrange<T>(ref T[] column)
    {
        var arranged = ArrayPool<T>.Shared.Rent(column.Length);
        for (var i = 0; i < Count; i++)
        {
            arranged[i] = column[order![i]];
        }

        ArrayPool<T>.Shared.Return(column);
        column = arranged;
    }

    private void Grow<T>(ref T[] column, int used)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(Count, Math.Min(2 * column.Length, Array.MaxLength)));
        column.AsSpan(0, used).CopyTo(larger);
        Return(ref column);
        column = larger;
    }

    private static void Return<T>(ref T[] column)
    {
        if (column.Length > 0)
        {
            ArrayPool<T>.Shared.Return(column);
            column = [];
        }
    }
}
