using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>One answer out of those of several partitions.</summary>
internal static class SeriesGathering
{
    // What an aggregation over several partitions may bring together, since windows are folded where the answer is made.
    private const long PointsMax = 20_000_000;

    /// <summary>The first points of several pages.</summary>
    public static SeriesPointsPage Merge(SeriesPointsPage[] pages, int limit)
    {
        // A partition that has more to give hides everything behind its last point.
        (long Time, string Series)? horizon = null;
        foreach (var page in pages.Where(static page => page.HasMore))
        {
            var last = (page.Times[^1], page.Series[page.Rows[^1]]);
            horizon = horizon is null || Compare(last, horizon.Value) < 0 ? last : horizon;
        }

        var points = new List<(long Time, string Series, double Value)>();
        foreach (var page in pages)
        {
            for (var i = 0; i < page.Rows.Length; i++)
            {
                points.Add((page.Times[i], page.Series[page.Rows[i]], page.Values[i]));
            }
        }

        points.Sort(static (left, right) => Compare((left.Time, left.Series), (right.Time, right.Series)));
        var shown = points.Where(point => horizon is null || Compare((point.Time, point.Series), horizon.Value) <= 0).Take(limit).ToArray();
        var series = shown.Select(static point => point.Series).Distinct(StringComparer.Ordinal).ToArray();
        var places = series.Select(static (text, place) => (text, place)).ToDictionary(static pair => pair.text, static pair => pair.place, StringComparer.Ordinal);
        return new SeriesPointsPage
        {
            Series = [.. series],
            Rows = [.. shown.Select(point => places[point.Series])],
            Times = [.. shown.Select(static point => point.Time)],
            Values = [.. shown.Select(static point => point.Value)],
            HasMore = horizon is not null || points.Count > shown.Length,
            SystemTime = pages[0].SystemTime,
            Kept = LeastOf(pages.Select(static page => page.Kept)),
        };
    }

    /// <summary>Aggregates over several partitions: their points are brought together and folded here.</summary>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>.</exception>
    public static async ValueTask<SeriesAggregatePage> AggregateAsync(
        ImmutableArray<IChronicleAgent> agents, SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        Windows.WindowRules.Validate(query.Window);
        var functions = SeriesFunction.Parse(query.Functions);
        var zone = SeriesZones.Find(query.Window.TimeZone);
        var series = new SortedDictionary<string, (List<long> Times, List<double> Values)>(StringComparer.Ordinal);
        var windows = new Dictionary<string, (SeriesKept Kept, List<SeriesPart> Parts)>(StringComparer.Ordinal);
        var kept = new List<SeriesKept>();
        var count = 0L;
        foreach (var agent in agents)
        {
            var part = new SeriesPointsQuery { Selector = query.Selector, Limit = Limits.SeriesRowsPerPageMax, AsOf = query.AsOf, TakesWindows = true };
            for (var hasMore = true; hasMore;)
            {
                var page = await agent.ReadAsync(part, cancellationToken).ConfigureAwait(false);
                Add(page, windows);
                kept.Add(page.Kept);
                Add(page, series);
                count += page.Rows.Length;
                if (count > PointsMax)
                {
                    throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"An aggregation over several partitions takes at most {PointsMax} points.")
                    {
                        Limit = PointsMax,
                    };
                }

                hasMore = page.HasMore;
                part = hasMore ? part with { Selector = part.Selector with { From = page.Times[^1] }, After = page.Series[page.Rows[^1]] } : part;
            }
        }

        foreach (var text in windows.Keys)
        {
            series.TryAdd(text, ([], []));
        }

        SeriesView[] views = [.. series.Select((pair, rank) => new SeriesView(
            SeriesKey.Parse(pair.Key),
            rank,
            windows.TryGetValue(pair.Key, out var those) ? [.. those.Parts] : [],
            [.. pair.Value.Times],
            new long[pair.Value.Times.Count],
            [.. pair.Value.Values],
            [])
        {
            Kept = those.Kept,
        })];
        var moment = new SeriesMoment([.. views], 0, query.AsOf.SystemTime!.Value);
        return await SeriesAggregation.RunAsync(moment, query, functions, zone, cancellationToken).ConfigureAwait(false) with { Plan = null, Kept = LeastOf(kept) };
    }

    /// <summary>What a stream has, out of what its partitions have.</summary>
    public static SeriesStreamInfo Describe(string stream, SeriesStats[] stats, AgentStatus[] status)
    {
        var keys = stats.SelectMany(static part => part.Series).Select(SeriesKey.Parse).ToArray();
        var first = stats.Min(static part => part.FirstTime);
        var last = stats.Max(static part => part.LastTime);
        return new SeriesStreamInfo
        {
            Name = stream,
            Fields = [.. keys.Select(static key => key.Field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Tags = keys.SelectMany(static key => key.Tags.Pairs)
                .GroupBy(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(static tag => tag.Key, static tag => tag.ToImmutableSortedSet(StringComparer.Ordinal), StringComparer.Ordinal),
            SeriesCount = keys.Length,
            Kept = LeastOf(stats.Select(static part => part.Kept)),
            PointCount = stats.Sum(static part => part.PointCount),
            FirstTime = keys.Length == 0 ? null : new EventTime(first),
            LastTime = keys.Length == 0 ? null : new EventTime(last),
            MemoryBytes = stats.Sum(static part => part.MemoryBytes),
            HotBytes = status.Sum(static part => part.HotBytes),
            WarmBytes = status.Sum(static part => part.WarmBytes),
            ColdBytes = status.Sum(static part => part.ColdBytes + part.DeepBytes),
        };
    }

    // Of the partition of which most is gone.
    private static SeriesKept LeastOf(IEnumerable<SeriesKept> kept) => kept.MaxBy(static one => (one.PointsFrom, one.From))!;

    private static void Add(SeriesPointsPage page, Dictionary<string, (SeriesKept Kept, List<SeriesPart> Parts)> windows)
    {
        foreach (var chunk in page.Windows)
        {
            if (!windows.TryGetValue(chunk.Series, out var those))
            {
                windows[chunk.Series] = those = (page.Kept, []);
            }

            those.Parts.Add(SeriesRowParts.Of(0, chunk.Step, chunk.Rows, 0));
        }
    }

    private static void Add(SeriesPointsPage page, SortedDictionary<string, (List<long> Times, List<double> Values)> series)
    {
        var columns = page.Series.Select(text =>
        {
            if (!series.TryGetValue(text, out var column))
            {
                series[text] = column = ([], []);
            }

            return column;
        }).ToArray();
        for (var i = 0; i < page.Rows.Length; i++)
        {
            var (times, values) = columns[page.Rows[i]];
            times.Add(page.Times[i]);
            values.Add(page.Values[i]);
        }
    }

    private static int Compare((long Time, string Series) left, (long Time, string Series) right) =>
        left.Time != right.Time ? left.Time.CompareTo(right.Time) : string.CompareOrdinal(left.Series, right.Series);
}
