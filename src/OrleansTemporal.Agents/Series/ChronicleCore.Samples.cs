using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    /// <summary>The series that a selector means.</summary>
    public async ValueTask<SeriesListing> ListSeriesAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        // Names alone: no point is copied.
        var moment = await ViewAsync(
            new SeriesMatch(selector).Includes,
            static (series, _) => new SeriesView(series.Key, series.Ordinal, [], [], [], [], []),
            selector,
            asOf,
            cancellationToken).ConfigureAwait(false);
        return new SeriesListing { Series = [.. moment.Series.Select(static view => view.Key.Text)], SystemTime = moment.SystemTime };
    }

    /// <summary>Points of named series, series by series.</summary>
    public async ValueTask<SeriesSamplesPage> ReadSamplesAsync(SeriesSamplesQuery query, CancellationToken cancellationToken)
    {
        if (query.After == long.MaxValue)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Nothing is behind the last moment.") { Field = "after" };
        }

        var wanted = query.Series.ToHashSet(StringComparer.Ordinal);
        var bounds = new SeriesSelector { From = query.From, To = query.To };
        var moment = await ViewAsync(
            key => wanted.Contains(key.Text), static (series, selector) => series.ToView(selector.From, selector.To), bounds, query.AsOf, cancellationToken).ConfigureAwait(false);
        var views = moment.Series.ToDictionary(static view => view.Key.Text, StringComparer.Ordinal);
        var counts = ImmutableArray.CreateBuilder<int>();
        var times = ImmutableArray.CreateBuilder<long>();
        var values = ImmutableArray.CreateBuilder<double>();
        for (var i = 0; i < query.Series.Length; i++)
        {
            var from = i == 0 && query.After is { } after ? Math.Max(query.From, after + 1) : query.From;
            var before = times.Count;
            var isWhole = !views.TryGetValue(query.Series[i], out var view)
                || Copy(moment, view, bounds with { From = from }, query.Limit, times, values, cancellationToken);
            counts.Add(times.Count - before);
            if (!isWhole)
            {
                return PageOf(hasMore: true);
            }
        }

        return PageOf(hasMore: false);

        SeriesSamplesPage PageOf(bool hasMore) => new()
        {
            Counts = counts.DrainToImmutable(),
            Times = times.DrainToImmutable(),
            Values = values.DrainToImmutable(),
            HasMore = hasMore,
            SystemTime = moment.SystemTime,
        };
    }

    // False when the page is full before the series is.
    private static bool Copy(
        SeriesMoment moment, SeriesView view, SeriesSelector bounds, int limit, ImmutableArray<long>.Builder times, ImmutableArray<double>.Builder values, CancellationToken cancellationToken)
    {
        using var reader = moment.Read(view, bounds);
        while (reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            reader.Read(out var readTimes, out var readValues);
            var taken = Math.Min(readTimes.Length, limit - times.Count);
            times.AddRange(readTimes[..taken]);
            values.AddRange(readValues[..taken]);
            if (taken < readTimes.Length)
            {
                return false;
            }
        }

        return true;
    }
}
