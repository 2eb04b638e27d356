namespace OrleansTemporal.Series;

/// <summary>
/// Brings the chunks of one series into an order in which they are read fast: those whose times overlap are sorted into one
/// another, neighbours that are small become one. Every version stays, with its sequence.
/// </summary>
internal static class SeriesCompaction
{
    // What is decoded at a time.
    private const int JoinedCountMax = 64 * SeriesChunkMaker.CountMax;

    /// <summary>The chunks to write instead of others, by first event time.</summary>
    /// <param name="parts">Chunks of one series, in memory; the list is sorted.</param>
    public static List<SeriesPart> Compact(List<SeriesPart> parts)
    {
        if (parts.Exists(static part => part.HasWindows))
        {
            var windows = SeriesRowParts.Compact(parts.Where(static part => part.HasWindows));
            windows.AddRange(Compact(parts.FindAll(static part => !part.HasWindows)));
            windows.Sort(static (left, right) => left.Span.FirstTime.CompareTo(right.Span.FirstTime));
            return windows;
        }

        parts.Sort(static (left, right) => left.Span.FirstTime != right.Span.FirstTime
            ? left.Span.FirstTime.CompareTo(right.Span.FirstTime)
            : left.Span.FirstSequence.CompareTo(right.Span.FirstSequence));
        var compacted = new List<SeriesPart>(parts.Count);
        for (var first = 0; first < parts.Count;)
        {
            var end = EndOf(parts, first);
            if (end == first + 1)
            {
                compacted.Add(parts[first]);
            }
            else
            {
                Join(parts, first, end, compacted);
            }

            first = end;
        }

        return compacted;
    }

    // Behind the last chunk that is joined with the first one.
    private static int EndOf(List<SeriesPart> parts, int first)
    {
        var (end, count, last) = (first + 1, (long)parts[first].Count, parts[first].Span.LastTime);
        while (end < parts.Count
            && count + parts[end].Count <= JoinedCountMax
            && (parts[end].Span.FirstTime <= last || count + parts[end].Count <= SeriesChunkMaker.CountMax))
        {
            count += parts[end].Count;
            last = Math.Max(last, parts[end].Span.LastTime);
            end++;
        }

        return end;
    }

    private static void Join(List<SeriesPart> parts, int first, int end, List<SeriesPart> compacted)
    {
        using var points = new SeriesPoints();
        for (var i = first; i < end; i++)
        {
            parts[i].TryGetBytes(out var bytes);
            var at = points.Extend(parts[i].Count);
            SeriesChunk.Decode(bytes.Span, points.Times[at..], points.Sequences[at..], points.Values[at..]);
        }

        points.Sort();
        for (var at = 0; at < points.Count;)
        {
            var count = CountFrom(points.Times[at..]);
            compacted.Add(SeriesChunkMaker.Make(
                parts[first].Entry.Ordinal, points.Times.Slice(at, count), points.Sequences.Slice(at, count), points.Values.Slice(at, count)));
            at += count;
        }
    }

    // Versions of one event time stay in one chunk, so that chunks do not overlap, unless they are too many.
    private static int CountFrom(ReadOnlySpan<long> times)
    {
        var count = Math.Min(times.Length, SeriesChunkMaker.CountMax);
        while (count < times.Length && count < SeriesChunk.CountMax && times[count] == times[count - 1])
        {
            count++;
        }

        return count;
    }
}
