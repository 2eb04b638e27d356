using System.Collections.Immutable;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>One reader that follows a subscription without leases. Its place is its own; one call at a time.</summary>
internal sealed class SubscriptionStream(
    ISubscriptionAgent agent, ChannelFeed feed, SubscriptionSelection selection, TimeProvider time, ChannelCursor after, TimeSpan lookInterval, bool explains)
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
                if (await PickAsync(slice, cancellationToken).ConfigureAwait(false) is { } batch)
                {
                    return batch;
                }

                place = slice.Next;
            }

            var left = quiet - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return new SubscriptionBatch { Deltas = [], Cursors = [], Next = place, Status = status, HasMore = hasMore };
            }

            if (!hasMore)
            {
                await feed.WaitAsync(seen, left, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What somebody has acknowledged is not given out again; that it is paused or has ended is heard of here.
    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        if (lookedAt is { } at && selection.Definition.Guarantee != DeliveryGuarantee.ExactlyOnce && time.GetElapsedTime(at) < lookInterval)
        {
            return;
        }

        lookedAt = time.GetTimestamp();
        status = (await agent.NextAsync(cancellationToken).ConfigureAwait(false)).Status;
        var state = await agent.GetStateAsync(cancellationToken).ConfigureAwait(false);
        place = state.Acknowledged > place ? state.Acknowledged : place;
    }

    private async ValueTask<SubscriptionBatch?> PickAsync(FeedSlice slice, CancellationToken cancellationToken)
    {
        var harvest = new SubscriptionHarvest();
        var taken = await selection.SelectAsync(slice, harvest, slice.Count, explains, cancellationToken).ConfigureAwait(false);
        if (harvest.Count == 0)
        {
            return null;
        }

        var isCut = taken < slice.Count;
        place = isCut ? slice.Page!.Cursors[slice.Start + taken - 1] : slice.Next;
        feed.Count(harvest.Count, slice.HasMore ? null : time.GetUtcNow().ToUnixTimeMilliseconds() - harvest.Last.SystemTime.Milliseconds);
        return harvest.ToBatch(place, status, 0, isCut || slice.HasMore);
    }
}
