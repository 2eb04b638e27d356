using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Pages of points.</summary>
internal static class SeriesPages
{
    private const int PointsPerCheck = 4_096;

    /// <summary>The next points behind a query's cursor.</summary>
    public static async ValueTask<SeriesPointsPage> ReadAsync(SeriesMoment moment, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        if (query.TakesWindows)
        {
            var page = await ReadAsync(moment, query with { TakesWindows = false, Selector = PointsOf(moment, query.Selector) }, cancellationToken).ConfigureAwait(false);
            return query.After is null ? page with { Windows = await WindowsAsync(moment, query.Selector, cancellationToken).ConfigureAwait(false) } : page;
        }

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

    private static SeriesSelector PointsOf(SeriesMoment moment, SeriesSelector selector) =>
        moment.Kept.IsEverything ? selector : selector with { From = Math.Max(selector.From, moment.Kept.PointsFrom) };

    private static async ValueTask<ImmutableArray<SeriesWindowChunk>> WindowsAsync(SeriesMoment moment, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var chunks = ImmutableArray.CreateBuilder<SeriesWindowChunk>();
        var count = 0;
        foreach (var view in moment.Kept.Bands.IsEmpty ? [] : moment.Series)
        {
            using var reader = await moment.OpenAsync(view, selector, SeriesWindows.Give, cancellationToken).ConfigureAwait(false);
            while (reader.MoveNext() && reader.HasWindows)
            {
                await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var level in reader.ReadWindows().GroupBy(window => moment.Kept.StepAt(window.FirstTime)))
                {
                    foreach (var some in level.Chunk(SeriesRowChunk.CountMax))
                    {
                        chunks.Add(new SeriesWindowChunk(view.Key.Text, level.Key, SeriesRowChunk.Encode([.. some.Select(static window => new SeriesWindowRow(0, window))], 0)));
                        count += some.Length;
                    }
                }

                if (count > Limits.SeriesWindowsMax)
                {
                    throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"An aggregation over several partitions takes at most {Limits.SeriesWindowsMax} kept windows of each.")
                    {
                        Limit = Limits.SeriesWindowsMax,
                    };
                }
            }
        }

        return chunks.DrainToImmutable();
    }

    private static bool IsSeen(SeriesMoment moment, SeriesPointsQuery query, SeriesMerge merge) =>
        query.After is { } after && merge.Time == query.Selector.From && string.CompareOrdinal(moment.Series[merge.Rank].Key.Text, after) <= 0;
}
