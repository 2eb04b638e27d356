using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    /// <summary>
    /// Scores points, each beside those before it in its series from the start of the question on (<see cref="AnomalyScorer"/>).
    /// Costs one pass from there to the end of the page, about 130 KB of memory for each series.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>as_of_in_future</c>, <c>invalid_field</c>,
    /// <c>sequence_needs_one_agent</c>; TooLarge, <c>query_too_large</c>.
    /// </exception>
    public async ValueTask<SeriesAnomalyPage> ScoreAsync(CallContext call, string workspace, string stream, SeriesAnomalyQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SeriesRules.Require(query.Limit is >= 1 and <= Limits.PageCountMax, "limit", $"is from 1 to {Limits.PageCountMax}", Limits.PageCountMax);
        SeriesRules.Require(query.MinScore is >= 0 and <= 1, "minScore", "is from 0 to 1");
        SeriesRules.Require(query.History >= 0, "history", "is no negative duration");
        var moment = PinInstant(query.AsOf);
        var route = await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var from = query.Selector.From;
        var learnFrom = from < long.MinValue + query.History ? long.MinValue : from - query.History;
        var feed = FeedOf(route, query.Selector with { From = learnFrom }, moment);
        var scorers = new Dictionary<string, AnomalyScorer>(StringComparer.Ordinal);
        var rows = ImmutableArray.CreateBuilder<SeriesAnomaly>();
        for (var count = 0; await feed.NextAsync(cancellationToken).ConfigureAwait(false) is { } point; count++)
        {
            RequireFew(count, Limits.SeriesScoredPointsMax, "points", "from");
            if (!scorers.TryGetValue(point.Series, out var scorer))
            {
                RequireFew(scorers.Count, Limits.SeriesScoredMax, "series", "field");
                scorers[point.Series] = scorer = new AnomalyScorer();
            }

            var reading = scorer.Next(point.Time, point.Value);
            if (point.Time < from || reading.Score < query.MinScore || (query.After is { } after && point <= after))
            {
                continue;
            }

            if (rows.Count == query.Limit)
            {
                return new SeriesAnomalyPage { Rows = rows.DrainToImmutable(), HasMore = true, SystemTime = moment.SystemTime!.Value };
            }

            rows.Add(new SeriesAnomaly(point, reading));
        }

        return new SeriesAnomalyPage { Rows = rows.DrainToImmutable(), HasMore = false, SystemTime = moment.SystemTime!.Value };
    }

    private static void RequireFew(int count, int limit, string what, string field)
    {
        if (count >= limit)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"At most {limit} {what} are gone through; name fewer.") { Field = field, Limit = limit };
        }
    }
}
