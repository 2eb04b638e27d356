using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.PromQl;

/// <summary>
/// PromQL over the streams of a workspace: a field of a stream is a metric, tags are labels (<see cref="PromNames"/>).
/// Written once against <see cref="SeriesService"/>, so it serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed class PromQlService(SeriesService series, HybridClock clock)
{
    /// <summary>Answers a query for one moment of event time.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="workspace">Where.</param>
    /// <param name="query">In PromQL.</param>
    /// <param name="at">The moment, in milliseconds since 1970.</param>
    /// <param name="asOf">What is known of the streams: everything, or what was at an instant of system time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>; Invalid, <c>malformed_query</c>, <c>query_failed</c>, <c>as_of_in_future</c>,
    /// <c>sequence_needs_one_agent</c>; TooLarge, <c>query_too_large</c>.
    /// </exception>
    public ValueTask<PromAnswer> QueryAsync(CallContext call, string workspace, string query, long at, AsOf asOf, CancellationToken cancellationToken) =>
        AnswerAsync(call, workspace, query, PromGrid.Instant(at), asOf, isRange: false, cancellationToken);

    /// <summary>Answers a query for each step of a range of event time.</summary>
    /// <inheritdoc cref="QueryAsync"/>
    public ValueTask<PromAnswer> QueryRangeAsync(CallContext call, string workspace, string query, PromGrid grid, AsOf asOf, CancellationToken cancellationToken) =>
        AnswerAsync(call, workspace, query, grid, asOf, isRange: true, cancellationToken);

    /// <summary>The series that any of several selectors mean, in the order of their labels; of all selectors when there are none.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; TooLarge, <c>query_too_large</c>.</exception>
    public async ValueTask<ImmutableArray<PromLabels>> ListSeriesAsync(
        CallContext call, string workspace, IReadOnlyCollection<PromSelection> selections, AsOf asOf, CancellationToken cancellationToken)
    {
        var directory = new PromDirectory(series, call, workspace, Pin(asOf));
        var found = new HashSet<PromLabels>();
        foreach (var selection in selections.Count == 0 ? [null] : selections.Select(static PromSelection? (one) => one))
        {
            foreach (var one in await directory.FindAsync(selection, cancellationToken).ConfigureAwait(false))
            {
                found.Add(one.Labels);
                RequireFew(found.Count);
            }
        }

        return [.. found.OrderBy(static labels => labels, Comparer<PromLabels>.Create(static (left, right) => left.CompareWith(right)))];
    }

    /// <summary>The metrics that there are, in order, each with the streams and fields that it stands for.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>.</exception>
    public async ValueTask<ImmutableArray<PromMetric>> ListMetricsAsync(CallContext call, string workspace, AsOf asOf, CancellationToken cancellationToken)
    {
        var directory = new PromDirectory(series, call, workspace, Pin(asOf));
        var all = await directory.FindAsync(null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. all.Select(static one => new PromMetric(one.Labels[PromLabels.MetricName], one.Stream, one.Field)).Distinct()
                .OrderBy(static metric => metric.Name, StringComparer.Ordinal).ThenBy(static metric => metric.Stream, StringComparer.Ordinal).ThenBy(static metric => metric.Field, StringComparer.Ordinal),
        ];
    }

    private async ValueTask<PromAnswer> AnswerAsync(
        CallContext call, string workspace, string text, PromGrid grid, AsOf asOf, bool isRange, CancellationToken cancellationToken)
    {
        var query = PromQuery.Parse(text);
        var pinned = Pin(asOf);
        var budget = new PromBudget();
        var reader = new PromReader(new PromDirectory(series, call, workspace, pinned), budget);
        var inputs = ImmutableArray.CreateBuilder<ImmutableArray<PromSamples>>();
        foreach (var read in query.Reads(grid))
        {
            inputs.Add(await reader.ReadAsync(read, cancellationToken).ConfigureAwait(false));
        }

        var samples = inputs.DrainToImmutable();
        var result = isRange ? query.AnswerRange(grid, samples, budget, cancellationToken) : query.Answer(grid, samples, budget, cancellationToken);
        return new PromAnswer(result, pinned.SystemTime!.Value, reader.Warning);
    }

    // All streams answer as of one instant, so that no answer mixes moments.
    private AsOf Pin(AsOf asOf) => asOf.IsLatest ? AsOf.At(clock.Next())
        : asOf.SystemTime is not null ? asOf
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "A sequence number has a meaning only where one agent answers; name an instant.") { Field = "asOf" };

    internal static void RequireFew(int count)
    {
        if (count > Limits.PromSeriesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"A query takes in at most {Limits.PromSeriesMax} series; more conditions select fewer.")
            {
                Field = "query",
                Limit = Limits.PromSeriesMax,
            };
        }
    }
}
