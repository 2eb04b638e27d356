using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

internal sealed partial class ChronicleCore
{
    /// <summary>The series that a selector means: names alone, no point is looked at.</summary>
    public async ValueTask<SeriesListing> ListSeriesAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        var (meant, _, at) = await FindAsync(selector, asOf, cancellationToken).ConfigureAwait(false);
        return new SeriesListing { Series = [.. meant.Select(static one => one.Key.Text).Order(StringComparer.Ordinal)], SystemTime = at };
    }

    /// <summary>Points of named series, series by series.</summary>
    public ValueTask<SeriesSamplesPage> ReadSamplesAsync(SeriesSamplesQuery query, CancellationToken cancellationToken)
    {
        if (query.After == long.MaxValue)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Nothing is behind the last moment.") { Field = "after" };
        }

        var bounds = new SeriesSelector { From = query.From, To = query.To };
        return AskAsync(() => LookAsync(query, bounds, cancellationToken), moment => ReadSamplesAsync(moment, query, bounds, cancellationToken));
    }

    private async ValueTask<SeriesMoment> LookAsync(SeriesSamplesQuery query, SeriesSelector bounds, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (through, at) = await CloseMomentAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
            if (await LookAsync(MeantBy(query, through), through, at, query.AsOf, bounds, cancellationToken).ConfigureAwait(false) is { } moment)
            {
                return moment;
            }
        }
    }

    private List<SeriesMemory> MeantBy(SeriesSamplesQuery query, long through)
    {
        var meant = new List<SeriesMemory>(query.Series.Length);
        lock (Gate)
        {
            RequireAlive();
            foreach (var name in query.Series.Distinct(StringComparer.Ordinal))
            {
                if (ordinals.TryFind(name, out var ordinal) && index[ordinal] is { } one && one.FirstSequence <= through)
                {
                    meant.Add(one);
                }
            }
        }

        return meant;
    }

    private static async ValueTask<SeriesSamplesPage> ReadSamplesAsync(
        SeriesMoment moment, SeriesSamplesQuery query, SeriesSelector bounds, CancellationToken cancellationToken)
    {
        if (!query.IsCoarse)
        {
            SeriesExpiry.RequirePoints(moment.Kept, query.From, query.To);
        }

        var windows = query.IsCoarse ? SeriesWindows.Last : SeriesWindows.Skip;
        var views = moment.Series.ToDictionary(static view => view.Key.Text, StringComparer.Ordinal);
        var counts = ImmutableArray.CreateBuilder<int>();
        var times = ImmutableArray.CreateBuilder<long>();
        var values = ImmutableArray.CreateBuilder<double>();
        for (var i = 0; i < query.Series.Length; i++)
        {
            var from = i == 0 && query.After is { } after ? Math.Max(query.From, after + 1) : query.From;
            var before = times.Count;
            var isWhole = !views.TryGetValue(query.Series[i], out var view)
                || await CopyAsync(moment, view, bounds with { From = from }, windows, query.Limit, times, values, cancellationToken).ConfigureAwait(false);
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
            Kept = moment.Kept,
        };
    }

    // False when the page is full before the series is.
    private static async ValueTask<bool> CopyAsync(
        SeriesMoment moment, SeriesView view, SeriesSelector bounds, SeriesWindows windows, int limit, ImmutableArray<long>.Builder times, ImmutableArray<double>.Builder values, CancellationToken cancellationToken)
    {
        using var reader = await moment.OpenAsync(view, bounds, windows, cancellationToken).ConfigureAwait(false);
        while (reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
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
