namespace OrleansTemporal.Patterns;

/// <summary>Where matches may be new when points have come: from each to twice the pattern's time behind it.</summary>
internal static class PatternSpans
{
    /// <summary>Spans in order, those apart that are more than it takes to look between them apart.</summary>
    /// <param name="times">Event times of new points, ascending.</param>
    /// <param name="within">The pattern's time.</param>
    /// <param name="passed">Moments that have become certain; null for none.</param>
    public static List<PatternSpan> Of(IReadOnlyList<long> times, long within, (long First, long Last)? passed)
    {
        var all = new List<PatternSpan>();
        foreach (var time in times)
        {
            Add(all, new PatternSpan(time, PatternScan.Plus(time, 2 * within)), within);
        }

        if (passed is { } span)
        {
            all.Add(new PatternSpan(span.First, span.Last));
            all.Sort(static (left, right) => left.First.CompareTo(right.First));
            var merged = new List<PatternSpan>();
            all.ForEach(one => Add(merged, one, within));
            return merged;
        }

        return all;
    }

    private static void Add(List<PatternSpan> spans, PatternSpan next, long within)
    {
        if (spans.Count > 0 && next.First <= PatternScan.Plus(spans[^1].Last, 3 * within))
        {
            spans[^1] = spans[^1] with { Last = Math.Max(spans[^1].Last, next.Last) };
        }
        else
        {
            spans.Add(next);
        }
    }
}
