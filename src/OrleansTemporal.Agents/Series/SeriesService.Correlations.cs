using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    private const int CorrelationStepsMin = 16;
    private const int LagShare = 8;

    /// <summary>
    /// Compares a field with every other field of every stream of the workspace at several distances (<see cref="RankCorrelator"/>).
    /// Costs an aggregation of each, and a few milliseconds for each comparison.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>not_enough_points</c>, <c>as_of_in_future</c>,
    /// <c>invalid_field</c>, <c>sequence_needs_one_agent</c>; TooLarge, <c>query_too_large</c>.
    /// </exception>
    public async ValueTask<SeriesCorrelationPage> CorrelateAsync(
        CallContext call, string workspace, string stream, SeriesCorrelationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SeriesRules.Require(query.Limit is >= 1 and <= Limits.PageCountMax, "limit", $"is from 1 to {Limits.PageCountMax}", Limits.PageCountMax);
        SeriesRules.Require(query.Significance is >= 0 and <= 1, "significance", "is from 0 to 1");
        SeriesRules.Require(query.Step is null or > 0, "step", "is a positive duration");
        SeriesRules.Require(query.MaxLag is null or >= 0, "maxLag", "is no negative duration");
        var moment = PinInstant(query.AsOf);
        var route = await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var grid = await GridAsync(route, query.Selector, query.Step, moment, cancellationToken).ConfigureAwait(false);
        if (grid is null || grid.Values.Length < CorrelationStepsMin)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.NotEnoughPoints, $"A correlation needs {CorrelationStepsMin} steps.") { Field = "from", Limit = CorrelationStepsMin };
        }

        var lagMax = (int)Math.Min(query.MaxLag / grid.Step ?? grid.Values.Length / LagShare, grid.Values.Length / 2);
        var correlator = new RankCorrelator(grid.Values, lagMax);
        var own = query.Selector.Field ?? await OnlyFieldAsync(route, query.Selector, moment, cancellationToken).ConfigureAwait(false);
        var (found, compared) = (new List<SeriesCorrelation>(), 0);
        await foreach (var (other, otherRoute) in StreamsAsync(call, workspace, moment, cancellationToken).ConfigureAwait(false))
        {
            foreach (var field in await FieldsAsync(otherRoute, cancellationToken).ConfigureAwait(false))
            {
                if (other == stream && field == own)
                {
                    continue;
                }

                RequireFew(compared++, Limits.SeriesComparedMax, "fields", "stream");
                var values = await AlignedAsync(otherRoute, field, grid, moment, cancellationToken).ConfigureAwait(false);
                if (correlator.Correlate(values) is { } pair && pair.PValue <= query.Significance)
                {
                    found.Add(new SeriesCorrelation(other, field, pair.Coefficient, pair.Lag * grid.Step, pair.Count, pair.PValue));
                }
            }
        }

        var rows = found.OrderByDescending(static one => Math.Abs(one.Coefficient)).ThenBy(static one => one.Stream, StringComparer.Ordinal).ThenBy(static one => one.Field, StringComparer.Ordinal);
        return new SeriesCorrelationPage([.. rows.Take(query.Limit)], compared, grid.Step, moment.SystemTime!.Value);
    }

    private static async ValueTask<string?> OnlyFieldAsync(SeriesRoute route, SeriesSelector selector, AsOf moment, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(route, new SeriesPointsQuery { Selector = selector, Limit = 1, AsOf = moment }, cancellationToken).ConfigureAwait(false);
        return page.Series.IsEmpty ? null : SeriesKey.Parse(page.Series[0]).Field;
    }

    private static async ValueTask<IEnumerable<string>> FieldsAsync(SeriesRoute route, CancellationToken cancellationToken)
    {
        var stats = await Task.WhenAll(route.Agents.Select(agent => agent.GetStatsAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        return stats.SelectMany(static part => part.Series).Select(static text => SeriesKey.Parse(text).Field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private static async ValueTask<double[]> AlignedAsync(SeriesRoute route, string field, SeriesGrid grid, AsOf moment, CancellationToken cancellationToken)
    {
        var end = (Int128)grid.TimeOf(grid.Values.Length - 1) + grid.Step;
        var query = new SeriesAggregateQuery
        {
            Selector = new SeriesSelector { Field = field, From = grid.Start, To = (long)Int128.Min(end, long.MaxValue) },
            Functions = ["avg"],
            Window = new WindowSpec { Kind = WindowKind.Tumbling, Size = grid.Step },
            AsOf = moment,
        };
        return grid.Align((await AggregateAsync(route, query, cancellationToken).ConfigureAwait(false)).Rows, 0);
    }

    // Those that the caller may read; what nobody may is passed over, like what was not there then.
    private async IAsyncEnumerable<(string Name, SeriesRoute Route)> StreamsAsync(
        CallContext call, string workspace, AsOf moment, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var names = await ListAsync(call, workspace, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var name in names)
            {
                if (await FindReadableAsync(call, workspace, name, moment, cancellationToken).ConfigureAwait(false) is { } route)
                {
                    yield return (name, route);
                }
            }

            if (names.Length < Limits.PageCountMax)
            {
                yield break;
            }

            after = names[^1];
        }
    }

    private async ValueTask<SeriesRoute?> FindReadableAsync(CallContext call, string workspace, string stream, AsOf moment, CancellationToken cancellationToken)
    {
        try
        {
            return await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException refusal) when (refusal.Kind is ErrorKind.Forbidden or ErrorKind.NotFound)
        {
            return null;
        }
    }
}
