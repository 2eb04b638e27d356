using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>One answer to who asks for deltas: looks where the subscription is, finds what passes its filter, records the delivery.</summary>
internal sealed class SubscriptionPull(ISubscriptionAgent agent, ChannelFeed feed, SubscriptionSelection selection, TimeProvider time, int countMax)
{
    private readonly SubscriptionHarvest harvest = new();

    /// <summary>True for who has nothing better to do than to wait until a paused subscription goes on.</summary>
    public bool WaitsWhilePaused { get; init; }

    /// <summary>Whether what the deltas say is wanted too.</summary>
    public bool Explains { get; init; }

    public async ValueTask<SubscriptionBatch> RunAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var seen = feed.Version;
            var turn = await agent.NextAsync(cancellationToken).ConfigureAwait(false);
            var hasMore = false;
            if (turn.Status == SubscriptionStatus.Backpressured)
            {
                throw new TemporalException(ErrorKind.Throttled, ErrorCodes.SubscriptionBackpressured, $"{Limits.SubscriptionPendingMax} deltas wait for their acknowledgement.")
                {
                    Limit = Limits.SubscriptionPendingMax,
                    RetryAfter = turn.UntilExpiry is { } until && until < TimeSpan.FromSeconds(1) ? until : TimeSpan.FromSeconds(1),
                };
            }

            if (turn.Status == SubscriptionStatus.Active)
            {
                var (to, examined, more) = await GatherAsync(turn, cancellationToken).ConfigureAwait(false);
                hasMore = more;
                if (to > turn.From)
                {
                    var delivery = new SubscriptionDelivery { From = turn.From, To = to, Cursors = harvest.Cursors, Examined = examined, Oldest = harvest.Oldest };
                    if (!await agent.DeliverAsync(delivery, cancellationToken).ConfigureAwait(false))
                    {
                        // Somebody else was handed this, or it went back or was paused: look again.
                        continue;
                    }
                }

                if (harvest.Count > 0)
                {
                    Count(more);
                    return harvest.ToBatch(to, SubscriptionStatus.Active, turn.Tries, more);
                }

                turn = turn with { From = to };
            }

            var left = wait - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || (turn.Status == SubscriptionStatus.Paused && !WaitsWhilePaused))
            {
                return harvest.ToBatch(turn.From, turn.Status, 0, hasMore);
            }

            if (!hasMore)
            {
                await feed.WaitAsync(seen, turn.UntilExpiry is { } until && until < left ? until : left, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<(ChannelCursor To, long Examined, bool HasMore)> GatherAsync(SubscriptionTurn turn, CancellationToken cancellationToken)
    {
        harvest.Clear();
        var (to, examined, most) = (turn.From, 0L, Math.Min(turn.CountMax, countMax));
        while (true)
        {
            var slice = await feed.ReadAsync(to, most, cancellationToken).ConfigureAwait(false);
            var taken = await selection.SelectAsync(slice, harvest, most, Explains, cancellationToken).ConfigureAwait(false);
            examined += slice.ExaminedFor(taken);
            if (taken < slice.Count)
            {
                return (slice.Page!.Cursors[slice.Start + taken - 1], examined, true);
            }

            to = slice.Next;
            if (!slice.HasMore || slice.Count == 0 || harvest.Count == most || harvest.IsHeavy || examined >= Limits.SubscriptionExaminedMax)
            {
                return (to, examined, slice.HasMore);
            }
        }
    }

    private void Count(bool hasMore) =>
        feed.Count(harvest.Count, hasMore ? null : time.GetUtcNow().ToUnixTimeMilliseconds() - harvest.Last.SystemTime.Milliseconds);
}
