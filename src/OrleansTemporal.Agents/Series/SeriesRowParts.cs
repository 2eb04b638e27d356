namespace OrleansTemporal.Series;

/// <summary>Chunks of windows, and what is left of chunks when policy lets points and windows go.</summary>
internal static class SeriesRowParts
{
    /// <summary>A chunk of windows of one series.</summary>
    /// <param name="ordinal">The series.</param>
    /// <param name="step">The windows' length in nanoseconds.</param>
    /// <param name="rows">At most <see cref="SeriesRowChunk.CountMax"/>, by time.</param>
    public static SeriesPart Make(int ordinal, long step, ReadOnlySpan<SeriesWindowRow> rows)
    {
        var first = long.MaxValue;
        foreach (ref readonly var row in rows)
        {
            first = Math.Min(first, row.Sequence);
        }

        return Of(ordinal, step, SeriesRowChunk.Encode(rows, first), first);
    }

    /// <summary>A chunk of windows as it is stored.</summary>
    /// <param name="ordinal">The series.</param>
    /// <param name="step">The windows' length in nanoseconds.</param>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="firstSequence">The least sequence among its windows.</param>
    public static SeriesPart Of(int ordinal, long step, ReadOnlyMemory<byte> chunk, long firstSequence)
    {
        var rows = SeriesRowChunk.Decode(chunk.Span, firstSequence);
        var lastTime = rows.Max(static row => row.Summary.LastTime);
        return new SeriesPart(
            new SeriesChunkEntry
            {
                Ordinal = ordinal,
                Length = chunk.Length,
                Count = rows.Length,
                FirstSequence = firstSequence,
                LastSequence = rows.Max(static row => row.Sequence),
                Summary = rows[0].Summary with { LastTime = lastTime },
                Step = step,
            },
            chunk);
    }

    /// <summary>Chunks of windows of one series, joined: by step, then by time, of each window the newest.</summary>
    public static List<SeriesPart> Compact(IEnumerable<SeriesPart> parts)
    {
        var compacted = new List<SeriesPart>();
        foreach (var level in parts.GroupBy(static part => part.Entry.Step))
        {
            var chunks = level.ToList();
            if (chunks.Count == 1)
            {
                compacted.Add(chunks[0]);
                continue;
            }

            var newest = chunks.SelectMany(Decode)
                .GroupBy(row => SeriesKeeping.FloorOf(row.Summary.FirstTime, level.Key))
                .OrderBy(static window => window.Key)
                .SelectMany(static window => window.Where(row => row.Sequence == window.Max(static other => other.Sequence)).OrderBy(static row => row.Summary.FirstTime));
            compacted.AddRange(newest.Chunk(SeriesRowChunk.CountMax).Select(rows => Make(chunks[0].Entry.Ordinal, level.Key, rows)));
        }

        return compacted;
    }

    /// <summary>Takes out what is kept no more.</summary>
    /// <param name="parts">Chunks of one series, in memory; the list is changed.</param>
    /// <param name="kept">What policy has left.</param>
    public static void Thin(List<SeriesPart> parts, SeriesKept kept)
    {
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            if (parts[i].HasWindows)
            {
                ThinWindows(parts, i, kept);
            }
            else if (parts[i].Span.FirstTime < kept.PointsFrom)
            {
                ThinPoints(parts, i, kept.PointsFrom);
            }
        }
    }

    /// <summary>How much of a chunk is kept no more, as if it were evenly spread.</summary>
    public static double ShareGone(SeriesChunkEntry entry, SeriesKept kept)
    {
        var (first, last) = (entry.Summary.FirstTime, entry.Summary.LastTime);
        if (entry.Step == 0)
        {
            return last < kept.PointsFrom ? 1 : first >= kept.PointsFrom ? 0 : ShareBetween(first, kept.PointsFrom, first, last);
        }

        var (start, left) = (kept.From, 0.0);
        foreach (var band in kept.Bands)
        {
            left += band.Step == entry.Step ? ShareBetween(start, band.Before, first, last) : 0;
            start = band.Before;
        }

        return Math.Clamp(1 - left, 0, 1);
    }

    // How much of first to last lies from one time to before another.
    private static double ShareBetween(long from, long before, long first, long last)
    {
        var (start, end) = ((Int128)Math.Max(from, first), Int128.Min((Int128)before, (Int128)last + 1));
        return end <= start ? 0 : (double)(end - start) / (double)((Int128)last + 1 - first);
    }

    private static SeriesWindowRow[] Decode(SeriesPart part)
    {
        part.TryGetBytes(out var bytes);
        return SeriesRowChunk.Decode(bytes.Span, part.Entry.FirstSequence);
    }

    private static void ThinWindows(List<SeriesPart> parts, int at, SeriesKept kept)
    {
        var part = parts[at];
        var rows = Decode(part);
        SeriesWindowRow[] left = [.. rows.Where(row => kept.StepAt(row.Summary.FirstTime) == part.Entry.Step)];
        if (left.Length == 0)
        {
            parts.RemoveAt(at);
        }
        else if (left.Length < rows.Length)
        {
            parts[at] = Make(part.Entry.Ordinal, part.Entry.Step, left);
        }
    }

    private static void ThinPoints(List<SeriesPart> parts, int at, long pointsFrom)
    {
        var part = parts[at];
        if (part.Span.LastTime < pointsFrom)
        {
            parts.RemoveAt(at);
            return;
        }

        part.TryGetBytes(out var bytes);
        var (times, sequences, values) = (new long[part.Count], new long[part.Count], new double[part.Count]);
        SeriesChunk.Decode(bytes.Span, times, sequences, values);

        // A chunk is in the order of times.
        var gone = times.AsSpan().BinarySearch(pointsFrom) is >= 0 and var found ? found : ~times.AsSpan().BinarySearch(pointsFrom);
        while (gone > 0 && times[gone - 1] >= pointsFrom)
        {
            gone--;
        }

        parts[at] = SeriesChunkMaker.Make(part.Entry.Ordinal, times.AsSpan(gone), sequences.AsSpan(gone), values.AsSpan(gone));
    }
}
