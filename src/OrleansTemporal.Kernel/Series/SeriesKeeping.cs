using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>Works out what is left of a stream when more of it may go.</summary>
public static class SeriesKeeping
{
    /// <summary>Bands at most; a policy that changes again and again lets nothing more become windows.</summary>
    public const int BandsMax = 64;

    /// <summary>
    /// What is left: bands only ever grow, and become coarser where the step of the coarser is a multiple of the finer, so that
    /// no window is ever in two of another step.
    /// </summary>
    /// <param name="kept">What there is.</param>
    /// <param name="keepFrom">Nothing is to be kept before this event time; <see cref="long.MinValue"/> for no such time.</param>
    /// <param name="levels">Windows suffice before these event times; from fine to coarse.</param>
    public static SeriesKept After(SeriesKept kept, long keepFrom, ImmutableArray<SeriesBand> levels)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var bands = kept.Bands;
        foreach (var level in levels)
        {
            bands = Coarsen(kept.From, bands, level);
        }

        var next = bands.Length <= BandsMax ? kept with { Bands = bands } : kept;

        // A window is kept whole or goes whole.
        var step = next.StepAt(keepFrom);
        var from = Math.Max(next.From, step > 1 ? FloorOf(keepFrom, step) : keepFrom);
        return next with { From = from, Bands = [.. next.Bands.Where(band => band.Before > from)] };
    }

    /// <summary>The multiple of a step at or before an event time.</summary>
    public static long FloorOf(long time, long step)
    {
        var rest = ((time % step) + step) % step;
        return time < long.MinValue + rest ? long.MinValue : time - rest;
    }

    private static ImmutableArray<SeriesBand> Coarsen(long from, ImmutableArray<SeriesBand> bands, SeriesBand level)
    {
        var before = FloorOf(level.Before, level.Step);
        var spans = new List<(long Start, long End, long Step)>();
        var start = long.MinValue;
        foreach (var band in bands)
        {
            Add(spans, start, band.Before, band.Step);
            start = band.Before;
        }

        var pointsFrom = start;
        var coarser = new List<(long Start, long End, long Step)>();
        foreach (var (first, end, step) in spans)
        {
            var lower = first <= from ? first : CeilingOf(first, level.Step);
            var upper = FloorOf(Math.Min(end, before), level.Step);
            if (level.Step <= step || level.Step % step != 0 || lower >= upper)
            {
                Add(coarser, first, end, step);
                continue;
            }

            Add(coarser, first, lower, step);
            Add(coarser, lower, upper, level.Step);
            Add(coarser, upper, end, step);
        }

        // Points: what lies between the last band and the first window of the step goes on in windows of the last band.
        if (pointsFrom < before)
        {
            var lower = pointsFrom <= from ? pointsFrom : CeilingOf(pointsFrom, level.Step);
            if (lower == pointsFrom)
            {
                Add(coarser, pointsFrom, before, level.Step);
            }
            else if (lower <= before && lower % coarser[^1].Step == 0)
            {
                Add(coarser, pointsFrom, lower, coarser[^1].Step);
                Add(coarser, lower, before, level.Step);
            }
        }

        return [.. coarser.Select(static span => new SeriesBand(span.End, span.Step))];
    }

    private static void Add(List<(long Start, long End, long Step)> spans, long start, long end, long step)
    {
        if (start >= end)
        {
            return;
        }

        if (spans.Count > 0 && spans[^1].Step == step)
        {
            spans[^1] = spans[^1] with { End = end };
            return;
        }

        spans.Add((start, end, step));
    }

    private static long CeilingOf(long time, long step) => FloorOf(time, step) is var floor && floor == time ? time : floor > long.MaxValue - step ? long.MaxValue : floor + step;
}
