using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>Pages of points.</summary>
internal static class SeriesPages
{
    private const int PointsPerCheck = 4_096;

    /// <summary>The next points behind a query's cursor.</summary>
    public static SeriesPointsPage Read(SeriesMoment moment, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        var places = new int[moment.Series.Length];
        Array.Fill(places, -1);
        var series = ImmutableArray.CreateBuilder<string>();
        var rows = ImmutableArray.CreateBuilder<int>();
        var times = ImmutableArray.CreateBuilder<long>();
        var values = ImmutableArray.CreateBuilder<double>();
        var hasMore = false;
        using var merge = new SeriesMerge(moment.Series.Select(view => moment.Read(view, query.Selector)));
        while (merge.MoveNext())
        {
            if (IsSeen(moment, query, merge))
            {
                continue;
            }

            if (rows.Count == query.Limit)
            {
                hasMore = true;
                break;
            }

            if (places[merge.Rank] < 0)
            {
                places[merge.Rank] = series.Count;
                series.Add(moment.Series[merge.Rank].Key.Text);
            }

            rows.Add(places[merge.Rank]);
            times.Add(merge.Time);
            values.Add(merge.Value);
            if (rows.Count % PointsPerCheck == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return new SeriesPointsPage
        {
            Series = series.DrainToImmutable(),
            Rows = rows.DrainToImmutable(),
            Times = times.DrainToImmutable(),
            Values = values.DrainToImmutable(),
            HasMore = hasMore,
            SystemTime = moment.SystemTime,
        };
    }

    private static bool IsSeen(SeriesMoment moment, SeriesPointsQuery query, SeriesMerge merge) =>
        query.After is { } after && merge.Time == query.Selector.From && string.CompareOrdinal(moment.Series[merge.Rank].Key.Text, after) <= 0;
}
