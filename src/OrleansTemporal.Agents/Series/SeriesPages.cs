using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Series;

/// <summary>Pages of points.</summary>
internal static class SeriesPages
{
    private const int PointsPerCheck = 4_096;

    /// <summary>The next points behind a query's cursor.</summary>
    public static async ValueTask<SeriesPointsPage> ReadAsync(SeriesMoment moment, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        if (!query.IsCoarse)
        {
            SeriesExpiry.RequirePoints(moment.Kept, query.Selector.From, query.Selector.To);
        }

        var windows = query.IsCoarse ? SeriesWindows.Last : SeriesWindows.Skip;
        if (moment.Series.Length == 1)
        {
            return await ReadOneAsync(moment, query, windows, cancellationToken).ConfigureAwait(false);
        }

        var places = new int[moment.Series.Length];
        Array.Fill(places, -1);
        var series = ImmutableArray.CreateBuilder<string>();
        var rows = ImmutableArray.CreateBuilder<int>();
        var times = ImmutableArray.CreateBuilder<long>();
        var values = ImmutableArray.CreateBuilder<double>();
        var hasMore = false;
        using var merge = await SeriesMerge.OpenAsync(moment, moment.Series, query.Selector, windows, cancellationToken).ConfigureAwait(false);
        while (await merge.MoveNextAsync(cancellationToken).ConfigureAwait(false))
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
            Kept = moment.Kept,
        };
    }

    // A single series is in order already and is copied block by block.
    private static async ValueTask<SeriesPointsPage> ReadOneAsync(SeriesMoment moment, SeriesPointsQuery query, SeriesWindows windows, CancellationToken cancellationToken)
    {
        var view = moment.Series[0];
        using var reader = await moment.OpenAsync(view, query.Selector, windows, cancellationToken).ConfigureAwait(false);
        var room = (int)Math.Min(query.Limit, reader.CountMax);
        var (allTimes, allValues) = (GC.AllocateUninitializedArray<long>(room), GC.AllocateUninitializedArray<double>(room));
        var (count, hasMore) = (0, false);
        var skip = query.After is { } after && string.CompareOrdinal(view.Key.Text, after) <= 0 ? 1 : 0;
        while (!hasMore && reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
            reader.Read(out var times, out var values);
            if (skip > 0 && !times.IsEmpty)
            {
                skip = times[0] == query.Selector.From ? 1 : 0;
                times = times[skip..];
                values = values[skip..];
                skip = 0;
            }

            var taken = Math.Min(times.Length, room - count);
            hasMore = taken < times.Length;
            times[..taken].CopyTo(allTimes.AsSpan(count));
            values[..taken].CopyTo(allValues.AsSpan(count));
            count += taken;
        }

        if (count < room)
        {
            Array.Resize(ref allTimes, count);
            Array.Resize(ref allValues, count);
        }

        return new SeriesPointsPage
        {
            Series = count == 0 ? [] : [view.Key.Text],
            Rows = ImmutableCollectionsMarshal.AsImmutableArray(new int[count]),
            Times = ImmutableCollectionsMarshal.AsImmutableArray(allTimes),
            Values = ImmutableCollectionsMarshal.AsImmutableArray(allValues),
            HasMore = hasMore,
            SystemTime = moment.SystemTime,
            Kept = moment.Kept,
        };
    }

    private static bool IsSeen(SeriesMoment moment, SeriesPointsQuery query, SeriesMerge merge) =>
        query.After is { } after && merge.Time == query.Selector.From && string.CompareOrdinal(moment.Series[merge.Rank].Key.Text, after) <= 0;
}
