using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <content>Deltas by windows.</content>
internal sealed partial class TimelineCore
{
    public async ValueTask<TimelineWindowPage> AggregateAsync(TimelineWindowQuery query, CancellationToken cancellationToken)
    {
        var page = await ReadWindowsAsync(query, cancellationToken).ConfigureAwait(false);
        Tell(page);
        return page;
    }

    private ValueTask<TimelineWindowPage> ReadWindowsAsync(TimelineWindowQuery query, CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            var (_, steps) = Living();
            BranchOf(steps, query.Span.Branch);
            var line = OnLine(steps, new TimelineDeltaQuery { Span = query.Span, AfterSequence = query.AfterSequence }).Where(step => IsWithin(step, query.Span));
            var (windows, bytes) = (ImmutableArray.CreateBuilder<AggregatedDelta>(), 0L);
            foreach (var window in DeltaWindowRules.Cut(query.Span.Branch, line, query.Policy, IdOf))
            {
                bytes += window.ComposedBytes;
                if (windows.Count == query.Limit || (bytes > Limits.TimelinePageBytesMax && windows.Count > 0))
                {
                    return new TimelineWindowPage(windows.DrainToImmutable(), true);
                }

                windows.Add(window);
            }

            return new TimelineWindowPage(windows.DrainToImmutable(), false);
        },
        query.Span.From,
        query.Span.To,
        cancellationToken);
}
