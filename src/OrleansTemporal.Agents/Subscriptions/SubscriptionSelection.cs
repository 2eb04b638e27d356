using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>Which deltas a subscription hands out: the filter, compiled once, and the moment that "from now" meant. Immutable and thread-safe.</summary>
internal sealed class SubscriptionSelection(SubscriptionDefinition definition, DeltaExplainer explainer, HybridClock clock)
{
    private readonly DeltaFilter filter = DeltaFilter.Compile(definition.Filter);

    /// <summary>What the subscription is.</summary>
    public SubscriptionDefinition Definition => definition;

    /// <summary>Adds what passes of a slice, up to a number of deltas.</summary>
    /// <param name="slice">Deltas of a page.</param>
    /// <param name="into">Where to.</param>
    /// <param name="most">The number.</param>
    /// <param name="explains">Whether what they say is wanted too.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>How many were looked at: all, unless the number was reached before.</returns>
    public async ValueTask<int> SelectAsync(FeedSlice slice, SubscriptionHarvest into, int most, bool explains, CancellationToken cancellationToken)
    {
        if (slice.Page is not { } page)
        {
            return 0;
        }

        var explanations = explains || filter.NeedsExplanation
            ? await page.ExplainAsync(explainer).WaitAsync(cancellationToken).ConfigureAwait(false)
            : default;
        for (var i = 0; i < slice.Count; i++)
        {
            var at = slice.Start + i;
            var delta = page.Deltas[at];
            if (delta.SystemTime <= definition.Since || !filter.PassesHeader(delta) || (filter.NeedsExplanation && !filter.PassesChanges(explanations[at])))
            {
                continue;
            }

            into.Add(delta.ExpiresAt is null ? delta : delta.At(HybridTimestamp.FromMilliseconds(clock.NowMilliseconds)), page.Cursors[at], explains ? explanations[at] : null);
            if (into.Count == most || into.IsHeavy)
            {
                return i + 1;
            }
        }

        return slice.Count;
    }
}
