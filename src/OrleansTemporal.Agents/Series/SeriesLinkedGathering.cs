using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Brings the points of several streams together, moves each by its lag, and adds them up. Not thread-safe.</summary>
internal sealed class SeriesLinkedGathering
{
    private readonly SeriesAggregateQuery query;
    private readonly ImmutableArray<SeriesFunction> functions;
    private readonly List<(SeriesKey Key, List<long> Times, List<double> Values)> series = [];
    private int count;

    public SeriesLinkedGathering(SeriesAggregateQuery query)
    {
        WindowRules.Validate(query.Window);
        this.query = query;
        functions = SeriesFunction.Parse(query.Functions);
    }

    /// <summary>Which points of a linked stream are meant: those that lie within the bounds once they are moved.</summary>
    public SeriesSelector SelectorOf(SeriesLink link) => query.Selector with
    {
        From = query.Selector.From == long.MinValue ? long.MinValue : Move(query.Selector.From, link.Lag),
        To = query.Selector.To == long.MaxValue ? long.MaxValue : Move(query.Selector.To, link.Lag),
    };

    /// <summary>Takes the points of a stream in, as values of a field.</summary>
    public async ValueTask AddAsync(SeriesFeed feed, string? field, long lag, CancellationToken cancellationToken)
    {
        var own = new Dictionary<string, (SeriesKey Key, List<long> Times, List<double> Values)>(StringComparer.Ordinal);
        while (await feed.NextAsync(cancellationToken).ConfigureAwait(false) is { } point)
        {
            if (++count > Limits.SeriesLinkedPointsMax)
            {
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"Linked streams are added up over at most {Limits.SeriesLinkedPointsMax} points.")
                {
                    Field = "from",
                    Limit = Limits.SeriesLinkedPointsMax,
                };
            }

            if (!own.TryGetValue(point.Series, out var column))
            {
                var key = SeriesKey.Parse(point.Series);
                own[point.Series] = column = (field is null ? key : SeriesKey.Of(key.Tags, field), [], []);
                series.Add(column);
            }

            column.Times.Add(Move(point.Time, -lag));
            column.Values.Add(point.Value);
        }
    }

    /// <summary>The rows.</summary>
    public ValueTask<SeriesAggregatePage> RunAsync(CancellationToken cancellationToken)
    {
        // Series of the same text stay apart: they are those of different streams.
        SeriesView[] views = [.. series.OrderBy(static one => one.Key.Text, StringComparer.Ordinal).Select(static (one, rank) => new SeriesView(
            one.Key, rank, [], [.. one.Times], new long[one.Times.Count], [.. one.Values], []))];
        return SeriesAggregation.RunAsync(new SeriesMoment([.. views], 0, query.AsOf.SystemTime!.Value), query, functions, SeriesZones.Find(query.Window.TimeZone), cancellationToken);
    }

    private static long Move(long time, long by) => (long)Int128.Clamp((Int128)time + by, long.MinValue, long.MaxValue);
}
