using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>Counts points.</summary>
internal static class SeriesCount
{
    /// <summary>
    /// Points of all series of a moment, each event time of a set of tags once. Costs nothing but summaries where a set of
    /// tags has one field, and reading everything where it has several.
    /// </summary>
    public static async ValueTask<SeriesStats> OfAsync(SeriesMoment moment, CancellationToken cancellationToken)
    {
        var everything = new SeriesSelector();
        var names = ImmutableArray.CreateBuilder<string>();
        var (count, first, last) = (0L, long.MaxValue, long.MinValue);
        foreach (var fields in moment.Series.GroupBy(static view => view.Key.Tags))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var views = fields.ToArray();
            var inWindows = 0L;
            foreach (var view in views)
            {
                var (points, windowed, start, end) = await CountOfAsync(moment, view, everything, cancellationToken).ConfigureAwait(false);
                if (points > 0)
                {
                    names.Add(view.Key.Text);
                    (first, last) = (Math.Min(first, start), Math.Max(last, end));
                    count += views.Length == 1 ? points : 0;
                    inWindows = Math.Max(inWindows, windowed);
                }
            }

            // Which points of several fields were at one time is not known any more of windows: there are as many as the fullest field has.
            count += views.Length > 1 ? inWindows : 0;
            if (views.Length > 1)
            {
                using var merge = await SeriesMerge.OpenAsync(moment, views, everything, SeriesWindows.Skip, cancellationToken).ConfigureAwait(false);
                for (var before = (long?)null; await merge.MoveNextAsync(cancellationToken).ConfigureAwait(false); before = merge.Time)
                {
                    count += merge.Time != before ? 1 : 0;
                }
            }
        }

        return new SeriesStats
        {
            Series = names.DrainToImmutable(),
            PointCount = count,
            VersionCount = 0,
            FirstTime = first,
            LastTime = last,
            MemoryBytes = 0,
            SystemTime = moment.SystemTime,
            Kept = moment.Kept,
        };
    }

    private static async ValueTask<(long Count, long InWindows, long First, long Last)> CountOfAsync(
        SeriesMoment moment, SeriesView view, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var (count, inWindows, first, last) = (0L, 0L, long.MaxValue, long.MinValue);
        using var reader = await moment.OpenAsync(view, selector, SeriesWindows.Give, cancellationToken).ConfigureAwait(false);
        while (reader.MoveNext())
        {
            if (reader.Summary is { } summary)
            {
                count += summary.Count;
                (first, last) = (Math.Min(first, summary.FirstTime), Math.Max(last, summary.LastTime));
                continue;
            }

            await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
            if (reader.HasWindows)
            {
                foreach (var window in reader.ReadWindows())
                {
                    inWindows += window.Count;
                    (first, last) = (Math.Min(first, window.FirstTime), Math.Max(last, window.LastTime));
                }

                continue;
            }

            reader.Read(out var times, out _);
            if (!times.IsEmpty)
            {
                count += times.Length;
                (first, last) = (Math.Min(first, times[0]), Math.Max(last, times[^1]));
            }
        }

        return (count + inWindows, inWindows, first, last);
    }
}
