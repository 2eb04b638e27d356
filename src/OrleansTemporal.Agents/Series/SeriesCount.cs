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
            foreach (var view in views)
            {
                var (points, start, end) = await CountOfAsync(moment, view, everything, cancellationToken).ConfigureAwait(false);
                if (points > 0)
                {
                    names.Add(view.Key.Text);
                    (first, last) = (Math.Min(first, start), Math.Max(last, end));
                    count += views.Length == 1 ? points : 0;
                }
            }

            if (views.Length > 1)
            {
                using var merge = await SeriesMerge.OpenAsync(moment, views, everything, cancellationToken).ConfigureAwait(false);
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
        };
    }

    private static async ValueTask<(long Count, long First, long Last)> CountOfAsync(
        SeriesMoment moment, SeriesView view, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var (count, first, last) = (0L, long.MaxValue, long.MinValue);
        using var reader = await moment.OpenAsync(view, selector, cancellationToken).ConfigureAwait(false);
        while (reader.MoveNext())
        {
            if (reader.Summary is { } summary)
            {
                count += summary.Count;
                (first, last) = (Math.Min(first, summary.FirstTime), Math.Max(last, summary.LastTime));
                continue;
            }

            await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
            reader.Read(out var times, out _);
            if (!times.IsEmpty)
            {
                count += times.Length;
                (first, last) = (Math.Min(first, times[0]), Math.Max(last, times[^1]));
            }
        }

        return (count, first, last);
    }
}
