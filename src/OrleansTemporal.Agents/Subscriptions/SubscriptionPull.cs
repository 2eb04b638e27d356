using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>One answer to who asks for deltas: looks where the subscription is, finds what passes its filter, records the delivery.</summary>
internal sealed class SubscriptionPull(ISubscriptionAgent agent, ChannelFeed feed, SubscriptionDefinition definition, TimeProvider time, int countMax)
{
    private readonly ImmutableArray<AgentDelta>.Builder deltas = ImmutableArray.CreateBuilder<AgentDelta>();
    private readonly ImmutableArray<ChannelCursor>.Builder cursors = ImmutableArray.CreateBuilder<ChannelCursor>();

    /// <summary>True for who has nothing better to do than to wait until a paused subscription goes on.</summary>
    public bool WaitsWhilePaused { get; init; }

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
                    var delivery = new SubscriptionDelivery { From = turn.From, To = to, Cursors = cursors.ToImmutable(), Examined = examined };
                    if (!await agent.DeliverAsync(delivery, cancellationToken).ConfigureAwait(false))
                    {
                        // Somebody else was handed this, or it went back or was paused: look again.
                        continue;
                    }
                }

                if (deltas.Count > 0)
                {
                    Count(more);
                    return Answer(to, SubscriptionStatus.Active, turn.Tries, more);
                }

                turn = turn with { From = to };
            }

            var left = wait - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || (turn.Status == SubscriptionStatus.Paused && !WaitsWhilePaused))
            {
                return Answer(turn.From, turn.Status, 0, hasMore);
            }

            if (!hasMore)
            {
                await feed.WaitAsync(seen, turn.UntilExpiry is { } until && until < left ? until : left, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<(ChannelCursor To, long Examined, bool HasMore)> GatherAsync(SubscriptionTurn turn, CancellationToken cancellationToken)
    {
        deltas.Clear();
        cursors.Clear();
        var (to, examined, most) = (turn.From, 0L, Math.Min(turn.CountMax, countMax));
        while (true)
        {
            var slice = await feed.ReadAsync(to, most, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < slice.Count; i++)
            {
                examined++;
                var delta = slice.Deltas[i];
                if (SubscriptionRules.Passes(definition, delta))
                {
                    deltas.Add(delta);
                    cursors.Add(slice.Cursors[i]);
                    if (deltas.Count == most)
                    {
                        var isLast = i + 1 == slice.Count;
                        return (isLast ? slice.Next : slice.Cursors[i], examined, slice.HasMore || !isLast);
                    }
                }
            }

            to = slice.Next;
            if (!slice.HasMore || examined >= Limits.SubscriptionExaminedMax)
            {
                return (to, examined, slice.HasMore);
            }
        }
    }

    private void Count(bool hasMore) =>
        feed.Count(deltas.Count, hasMore ? null : time.GetUtcNow().ToUnixTimeMilliseconds() - deltas[^1].SystemTime.Milliseconds);

    private SubscriptionBatch Answer(ChannelCursor next, SubscriptionStatus status, int tries, bool hasMore) => new()
    {
        Deltas = deltas.ToImmutable(),
        Cursors = cursors.ToImmutable(),
        Next = next,
        Status = status,
        Tries = tries,
        HasMore = hasMore,
    };
}
