using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <content>Windows that stand where there were points.</content>
internal sealed partial class SeriesReader
{
    /// <summary>
    /// The windows of the block, by time: those that are as coarse as policy has left, of each the newest, none that was
    /// deleted, and all that have points within the bounds. The block was loaded or is in memory.
    /// </summary>
    public List<ChunkSummary> ReadWindows()
    {
        var newest = new SortedDictionary<long, (long Sequence, List<ChunkSummary> Parts)>();
        for (var i = 0; i < cluster.Count; i++)
        {
            var part = items[cluster.First + i].Part!;
            foreach (var row in SeriesRowChunk.Decode(BytesOf(i), part.Entry.FirstSequence))
            {
                if (!IsSeen(row, part.Entry.Step))
                {
                    continue;
                }

                // What a run has begun with that did not end is said again by the next.
                var window = SeriesKeeping.FloorOf(row.Summary.FirstTime, part.Entry.Step);
                if (!newest.TryGetValue(window, out var known) || known.Sequence < row.Sequence)
                {
                    newest[window] = (row.Sequence, [row.Summary]);
                }
                else if (known.Sequence == row.Sequence)
                {
                    known.Parts.Add(row.Summary);
                }
            }
        }

        return [.. newest.Values.SelectMany(static window => window.Parts).Where(summary => summary.LastTime >= asked && IsBefore(summary.FirstTime))];
    }

    /// <summary>Whether all points of a window are within the bounds.</summary>
    public bool IsWithin(in ChunkSummary window) => window.FirstTime >= asked && IsBefore(window.LastTime);

    /// <summary>The refusal of points where there are windows.</summary>
    public TemporalException OnlyWindows(long time) => SeriesExpiry.OnlyWindows(kept, time);

    private void ReadLastOfWindows(out ReadOnlySpan<long> times, out ReadOnlySpan<double> values)
    {
        var found = ReadWindows();
        if (windows != SeriesWindows.Last && found.Count > 0)
        {
            throw OnlyWindows(found[0].FirstTime);
        }

        found.RemoveAll(window => window.LastTime < asked || !IsBefore(window.LastTime));
        lastTimes = [.. found.Select(static window => window.LastTime)];
        lastValues = [.. found.Select(static window => window.Last)];
        times = lastTimes;
        values = lastValues;
    }

    private bool IsSeen(in SeriesWindowRow row, long step)
    {
        var (time, sequence) = (row.Summary.FirstTime, row.Sequence);
        return sequence <= throughSequence && kept.StepAt(time) == step && !Array.Exists(deletions, deletion => deletion.Hides(time, sequence));
    }

    private bool IsWantedWindow(SeriesPart part)
    {
        if (!part.HasWindows || part.Span.FirstSequence > throughSequence || part.Span.LastTime < Math.Max(asked, kept.From) || !IsBefore(part.Span.FirstTime))
        {
            return false;
        }

        var start = long.MinValue;
        foreach (var band in kept.Bands)
        {
            if (band.Step == part.Entry.Step && part.Span.LastTime >= start && part.Span.FirstTime < band.Before)
            {
                return true;
            }

            start = band.Before;
        }

        return false;
    }

    // Two chunks may have the same window with other points in it.
    private static Item WindowsOf(SeriesPart part)
    {
        var step = part.Entry.Step;
        var last = SeriesKeeping.FloorOf(part.Span.LastTime, step);
        return new Item(part, part.Span with
        {
            FirstTime = SeriesKeeping.FloorOf(part.Span.FirstTime, step),
            LastTime = last > long.MaxValue - step ? long.MaxValue : last + step - 1,
        });
    }
}
