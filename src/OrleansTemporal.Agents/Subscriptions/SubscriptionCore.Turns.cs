using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

// What moves a subscription: deliveries, acknowledgements, leases that end.
internal sealed partial class SubscriptionCore
{
    private (ChannelCursor From, ChannelCursor To) passed;
    private long passedCount;

    // Under the gate. What was looked at and passed over since the last delivery is remembered without a delta.
    private ChannelCursor Place => passed.From == progress.Position && passed.To > passed.From ? passed.To : progress.Position;

    // Leases last as long as they say, whatever the wall clock is set to meanwhile: it is looked at when the agent opens, and
    // from then on time is what has passed.
    private long NowMilliseconds => openedAt + (long)Services.Time.GetElapsedTime(openedMark).TotalMilliseconds;

    public async ValueTask BeginAsync(SubscriptionDefinition definition, CancellationToken cancellationToken)
    {
        var json = SubscriptionJson.Write(definition);
        await TryWriteAsync(SubscriptionPayload.Subscribe, payload => System.Buffers.BuffersExtensions.Write(payload, json), () => progress.Definition is null, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken) =>
        await TryWriteAsync(SubscriptionPayload.Unsubscribe, WriteNothing, () => progress is { Definition: not null, IsEnded: false }, cancellationToken).ConfigureAwait(false);

    public async ValueTask<SubscriptionTurn> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = NowMilliseconds;
            ChannelCursor? expired;
            SubscriptionTurn? turn = null;
            var isFullAnew = false;
            long mark;
            lock (Gate)
            {
                RequireBegun();
                askedAt = Services.Time.GetTimestamp();
                expired = progress.ExpiredThrough(now);
                if (expired is null)
                {
                    var full = backpressureEvents;
                    turn = Turn(now);
                    isFullAnew = backpressureEvents > full;
                }

                mark = Sequence;
            }

            if (isFullAnew)
            {
                await TryWriteAsync(
                    SubscriptionPayload.Backpressure,
                    static payload => SubscriptionPayload.WritePending(payload, Limits.SubscriptionPendingMax),
                    () => progress is { IsEnded: false, Pending: >= Limits.SubscriptionPendingMax },
                    cancellationToken).ConfigureAwait(false);
            }

            if (turn is not null)
            {
                await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
                return turn;
            }

            await TryWriteAsync(
                SubscriptionPayload.Return,
                payload => SubscriptionPayload.WriteCursor(payload, expired!.Value),
                () => progress.ExpiredThrough(now) == expired,
                cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<bool> DeliverAsync(SubscriptionDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.Cursors.IsEmpty && TryPassOver(delivery, out var isPassed))
        {
            return isPassed;
        }

        TimeSpan lease;
        lock (Gate)
        {
            RequireBegun();
            lease = progress.Definition!.Lease;
        }

        var until = NowMilliseconds + (long)lease.TotalMilliseconds;
        return await TryWriteAsync(
            SubscriptionPayload.Deliver,
            payload => SubscriptionPayload.WriteDelivery(payload, delivery.To, until, delivery.Cursors, delivery.Oldest),
            () => !progress.IsEnded && !progress.IsPaused && Place == delivery.From && delivery.Cursors.Length <= progress.NextCountMax && IsInOrder(delivery),
            cancellationToken).ConfigureAwait(false);
    }

    private static void WriteNothing(System.Buffers.IBufferWriter<byte> payload) => System.Buffers.BuffersExtensions.Write(payload, "{}"u8);

    private static bool IsInOrder(SubscriptionDelivery delivery)
    {
        var before = delivery.From;
        foreach (var cursor in delivery.Cursors)
        {
            if (cursor <= before)
            {
                return false;
            }

            before = cursor;
        }

        return before <= delivery.To;
    }

    // Under the gate.
    private SubscriptionTurn Turn(long now)
    {
        var status = progress.IsPaused ? SubscriptionStatus.Paused : progress.NextCountMax == 0 ? SubscriptionStatus.Backpressured : SubscriptionStatus.Active;
        if (status == SubscriptionStatus.Backpressured && !wasBackpressured)
        {
            backpressureEvents++;
        }

        wasBackpressured = status == SubscriptionStatus.Backpressured;
        return new SubscriptionTurn
        {
            From = Place,
            CountMax = status == SubscriptionStatus.Active ? progress.NextCountMax : 0,
            Status = status,
            UntilExpiry = progress.ExpiresAt is { } at ? TimeSpan.FromMilliseconds(Math.Max(1, at - now)) : null,
            Tries = progress.NextTries,
        };
    }

    // True unless so much was passed over that it is worth a delta.
    private bool TryPassOver(SubscriptionDelivery delivery, out bool isPassed)
    {
        lock (Gate)
        {
            RequireBegun();
            isPassed = !progress.IsPaused && Place == delivery.From && delivery.To >= delivery.From;
            passedCount += isPassed ? delivery.Examined : 0;
            if (passedCount >= Limits.SubscriptionExaminedMax)
            {
                passedCount = 0;
                return false;
            }

            if (isPassed)
            {
                passed = (progress.Position, delivery.To);
            }

            return true;
        }
    }
}
