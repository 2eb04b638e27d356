using System.Buffers;

namespace OrleansTemporal.Series;

/// <content>Closing chunks, and letting go of what segments hold.</content>
internal sealed partial class SeriesMemory
{
    /// <summary>Whether points are open.</summary>
    public bool HasOpen => count > 0;

    /// <summary>Puts the open points aside, to be encoded. Those before and behind a cut never share a chunk.</summary>
    /// <param name="cuts">The last sequences of generations that are to be sealed, ascending.</param>
    /// <param name="added">Gets what is to be encoded.</param>
    public void Close(List<long> cuts, List<SeriesClosing> added)
    {
        closings ??= [];
        var start = 0;
        foreach (var cut in cuts)
        {
            var end = start + CountThrough(sequences.AsSpan(start, count - start), cut);
            if (end > start && end < count)
            {
                Put(Copy(times, start, end), Copy(sequences, start, end), Copy(values, start, end), end - start, added);
                start = end;
            }
        }

        if (start > 0 || times.Length != OpenCountMax)
        {
            Put(Copy(times, start, count), Copy(sequences, start, count), Copy(values, start, count), count - start, added);
            count = 0;
            return;
        }

        // Nobody copies: the arrays go, and others of the pool come.
        Put(times, sequences, values, count, added);
        Bytes -= times.Length * SeriesClosing.BytesPerPoint;
        (times, sequences, values) = (ArrayPool<long>.Shared.Rent(OpenCountMax), ArrayPool<long>.Shared.Rent(OpenCountMax), ArrayPool<double>.Shared.Rent(OpenCountMax));
        Bytes += times.Length * SeriesClosing.BytesPerPoint;
        count = 0;
    }

    /// <summary>Puts a chunk in the place of the points that it was made of.</summary>
    public void Publish(SeriesClosing closing, SeriesPart part, SeriesBounds bounds)
    {
        closings!.Remove(closing);
        closings = closings.Count == 0 ? null : closings;
        Bytes -= closing.Times.Length * SeriesClosing.BytesPerPoint;
        if (bounds.IsInMemory(part.Span.LastSequence))
        {
            (parts ??= []).Add(part);
            Bytes += part.MemoryBytes;
        }

        ArrayPool<long>.Shared.Return(closing.Times);
        ArrayPool<long>.Shared.Return(closing.Sequences);
        ArrayPool<double>.Shared.Return(closing.Values);
    }

    /// <summary>Versions of points, and windows, that no segment holds, and how many of them are kept no more.</summary>
    public (long All, double Gone) CountGone(SeriesKept kept, SeriesBounds bounds)
    {
        var (all, gone) = (0L, 0.0);
        foreach (var part in parts ?? [])
        {
            if (bounds.IsInMemory(part.Span.LastSequence))
            {
                all += part.Count;
                gone += part.Count * SeriesRowParts.ShareGone(part.Entry, kept);
            }
        }

        foreach (var closing in closings ?? [])
        {
            Count(closing.Times.AsSpan(0, closing.Count), closing.Sequences);
        }

        Count(times.AsSpan(0, count), sequences);
        return (all, gone);

        void Count(ReadOnlySpan<long> open, ReadOnlySpan<long> brought)
        {
            for (var i = 0; i < open.Length; i++)
            {
                if (bounds.IsInMemory(brought[i]))
                {
                    all++;
                    gone += open[i] < kept.PointsFrom ? 1 : 0;
                }
            }
        }
    }

    /// <summary>Lets go of chunks of which policy keeps nothing.</summary>
    public void LetGo(SeriesKept kept)
    {
        if (parts is null)
        {
            return;
        }

        foreach (var part in parts)
        {
            Bytes -= SeriesRowParts.ShareGone(part.Entry, kept) < 1 ? 0 : part.MemoryBytes;
        }

        parts.RemoveAll(part => SeriesRowParts.ShareGone(part.Entry, kept) >= 1);
        parts = parts.Count == 0 ? null : parts;
    }

    /// <summary>Lets go of what segments hold.</summary>
    public void Trim(SeriesBounds bounds)
    {
        if (parts is not null)
        {
            foreach (var part in parts)
            {
                Bytes -= bounds.IsInMemory(part.Span.LastSequence) ? 0 : part.MemoryBytes;
            }

            parts.RemoveAll(part => !bounds.IsInMemory(part.Span.LastSequence));
            parts = parts.Count == 0 ? null : parts;
        }

        if (count == 0 || sequences[0] > bounds.Covered)
        {
            return;
        }

        var gone = CountThrough(sequences.AsSpan(0, count), bounds.Covered);
        var left = count - gone;
        var room = left == 0 ? 0 : Math.Max(OpenCountMin, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)left));
        Bytes += (room - times.Length) * SeriesClosing.BytesPerPoint;
        (times, sequences, values) = (Move(times, gone, left, room), Move(sequences, gone, left, room), Move(values, gone, left, room));
        count = left;
    }

    private static T[] Move<T>(T[] column, int start, int length, int room)
    {
        var moved = room == 0 ? [] : new T[room];
        column.AsSpan(start, length).CopyTo(moved);
        return moved;
    }

    private static T[] Copy<T>(T[] column, int start, int end)
    {
        var copy = ArrayPool<T>.Shared.Rent(end - start);
        column.AsSpan(start, end - start).CopyTo(copy);
        return copy;
    }

    private void Put(long[] closedTimes, long[] closedSequences, double[] closedValues, int closedCount, List<SeriesClosing> added)
    {
        var closing = new SeriesClosing(this, closedTimes, closedSequences, closedValues, closedCount);
        Bytes += closedTimes.Length * SeriesClosing.BytesPerPoint;
        closings!.Add(closing);
        added.Add(closing);
    }

    // Sequences ascend in the order of arrival.
    private static int CountThrough(ReadOnlySpan<long> ascending, long last)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = ascending[middle] <= last ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
