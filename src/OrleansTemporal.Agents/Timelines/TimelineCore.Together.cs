namespace OrleansTemporal.Timelines;

/// <content>Components that change together.</content>
internal sealed partial class TimelineCore
{
    public async ValueTask<CoOccurrence> FindTogetherAsync(CoOccurrenceQuery query, CancellationToken cancellationToken)
    {
        var finder = await ReadAsync(
            () =>
            {
                var (_, steps) = Living();
                BranchOf(steps, query.Span.Branch);
                var line = OnLine(steps, new TimelineDeltaQuery { Span = query.Span }).Where(step => step.Indices.Length > 0 && IsWithin(step, query.Span)).TakeLast(Limits.CoOccurrenceStepsMax);
                return new CoOccurrenceFinder([.. line], query.ChangesMin, query.Components);
            },
            query.Span.From,
            query.Span.To,
            cancellationToken).ConfigureAwait(false);

        // Outside of the gate: it has what it needs.
        return finder.Find(query.By, query.Threshold, query.Limit, cancellationToken);
    }
}
