using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    private const int FeedPageCount = 10_000;

    /// <summary>
    /// Joins two streams by event time. Costs one pass over the points of both within the bounds; memory for the points of the
    /// other stream within the distance of one point.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>as_of_in_future</c>, <c>invalid_field</c>,
    /// <c>sequence_needs_one_agent</c>; TooLarge, <c>query_too_large</c>.
    /// </exception>
    public async ValueTask<SeriesJoinPage> JoinAsync(CallContext call, string workspace, string stream, SeriesJoinQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SeriesRules.Require(query.Limit is >= 1 and <= Limits.PageCountMax, "limit", $"is from 1 to {Limits.PageCountMax}", Limits.PageCountMax);
        SeriesRules.Require(query.On.Length <= Limits.SeriesTagsMax, "on", $"names at most {Limits.SeriesTagsMax} tags", Limits.SeriesTagsMax);
        SeriesRules.Require(query.Within is null or >= 0, "within", "is no negative duration");
        SeriesRules.Require(query.Within is not null || query.Kind == SeriesJoinKind.AsOf, "within", "is needed where every pair within a distance is meant");
        var moment = PinInstant(query.AsOf);
        var left = await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var right = await EnterForReadAsync(call, workspace, query.With, moment, cancellationToken, "with").ConfigureAwait(false);
        var from = query.After is { } after ? Math.Max(query.Selector.From, after.Left.Time) : query.Selector.From;
        var join = new SeriesJoin(
            query,
            FeedOf(left, query.Selector with { From = from }, moment),
            first => FeedOf(right, new SeriesSelector { Field = query.WithField, From = first }, moment));
        var (rows, next) = await join.RunAsync(cancellationToken).ConfigureAwait(false);
        return new SeriesJoinPage { Rows = rows, Next = next, SystemTime = moment.SystemTime!.Value };
    }

    // For sums and counts, which would be too small without what has become windows.
    private static SeriesFeed WholeFeedOf(SeriesRoute route, SeriesSelector selector, AsOf moment) => new(
        async (query, cancellationToken) =>
        {
            var page = await ReadAsync(route, query, cancellationToken).ConfigureAwait(false);
            SeriesExpiry.RequireOnlyPoints(page.Kept, selector.From, selector.To);
            return page;
        },
        new SeriesPointsQuery { Selector = selector, Limit = FeedPageCount, AsOf = moment });

    private static SeriesFeed FeedOf(SeriesRoute route, SeriesSelector selector, AsOf moment) =>
        new((query, cancellationToken) => ReadAsync(route, query, cancellationToken), new SeriesPointsQuery { Selector = selector, Limit = FeedPageCount, AsOf = moment });

    // Whatever takes several reads has to take them as of one instant.
    private AsOf PinInstant(AsOf asOf) => asOf.Sequence is null
        ? Pin(asOf)
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "A sequence number has a meaning only where one agent answers; name an instant.") { Field = "asOf" };

    private static async ValueTask<SeriesPointsPage> ReadAsync(SeriesRoute route, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        if (route.Agents.Length == 1)
        {
            return await route.Agents[0].ReadAsync(query, cancellationToken).ConfigureAwait(false);
        }

        var pages = await Task.WhenAll(route.Agents.Select(agent => agent.ReadAsync(query, cancellationToken).AsTask())).ConfigureAwait(false);
        return SeriesGathering.Merge(pages, query.Limit);
    }

    private static async ValueTask<SeriesAggregatePage> AggregateAsync(SeriesRoute route, SeriesAggregateQuery query, CancellationToken cancellationToken) =>
        route.Agents.Length == 1
            ? await route.Agents[0].AggregateAsync(query, cancellationToken).ConfigureAwait(false)
            : await SeriesGathering.AggregateAsync(route.Agents, query, cancellationToken).ConfigureAwait(false);
}
