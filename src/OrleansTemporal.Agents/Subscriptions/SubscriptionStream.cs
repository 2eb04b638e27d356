using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>One reader that follows a subscription without leases. Its place is its own; one call at a time.</summary>
internal sealed class SubscriptionStream(
    ISubscriptionAgent agent, ChannelFeed feed, SubscriptionDefinition definition, TimeProvider time, ChannelCursor after, TimeSpan lookInterval)
{
    private ChannelCursor place = after;
    private SubscriptionStatus status = SubscriptionStatus.Active;
    private long? lookedAt;

    /// <summary>The next batch; an empty one after a quiet time.</summary>
    public async ValueTask<SubscriptionBatch> NextAsync(TimeSpan quiet, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var seen = feed.Version;
            await LookAsync(cancellationToken).ConfigureAwait(false);
            var hasMore = false;
            if (status != SubscriptionStatus.Paused)
            {
                var slice = await feed.ReadAsync(place, Limits.PageCountDefault, cancellationToken).ConfigureAwait(false);
                hasMore = slice.HasMore;
                place = slice.Next;
                if (slice.Count > 0 && Pick(slice) is { Deltas.IsEmpty: false } batch)
                {
                    return batch;
                }
            }

            var left = quiet - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return new SubscriptionBatch { Deltas = [], Cursors = [], Next = place, Status = status, HasMore = hasMore };
            }

            if (!hasMore)
            {
                await feed.WaitAsync(seen, left, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What somebody has acknowledged is not given out again; that it is paused or has ended is heard of here.
    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        if (lookedAt is { } at && definition.Guarantee != DeliveryGuarantee.ExactlyOnce && time.GetElapsedTime(at) < lookInterval)
        {
            return;
        }

        lookedAt = time.GetTimestamp();
        status = (await agent.NextAsync(cancellationToken).ConfigureAwait(false)).Status;
        var state = await agent.GetStateAsync(cancellationToken).ConfigureAwait(false);
        place = state.Acknowledged > place ? state.Acknowledged : place;
    }

    private SubscriptionBatch Pick(in FeedSlice slice)
    {
        var deltas = ImmutableArray.CreateBuilder<AgentDelta>(slice.Count);
        var cursors = ImmutableArray.CreateBuilder<ChannelCursor>(slice.Count);
        for (var i = 0; i < slice.Count; i++)
        {
            if (SubscriptionRules.Passes(definition, slice.Deltas[i]))
            {
                deltas.Add(slice.Deltas[i]);
                cursors.Add(slice.Cursors[i]);
            }
        }

        if (deltas.Count > 0)
        {
            feed.Count(deltas.Count, slice.HasMore ? null : time.GetUtcNow().ToUnixTimeMilliseconds() - deltas[^1].SystemTime.Milliseconds);
        }

        return new SubscriptionBatch { Deltas = deltas.DrainToImmutable(), Cursors = cursors.DrainToImmutable(), Next = slice.Next, Status = status, HasMore = slice.HasMore };
    }
}
