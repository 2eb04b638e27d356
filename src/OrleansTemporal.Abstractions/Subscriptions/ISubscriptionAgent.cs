using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Remembers for one subscriber what of a channel was handed out, and what was acknowledged. It holds places, never deltas:
/// whoever hands out reads the channel.
/// </summary>
public interface ISubscriptionAgent : IAgent
{
    /// <summary>Begins the subscription; one that has begun stays as it is.</summary>
    ValueTask BeginAsync(SubscriptionDefinition definition, CancellationToken cancellationToken);

    /// <summary>What may be handed out next. Takes back what was leased for too long.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>subscription_not_found</c>: it has not begun, or has ended.</exception>
    ValueTask<SubscriptionTurn> NextAsync(CancellationToken cancellationToken);

    /// <summary>Records a delivery before it happens: leased, or acknowledged at once where the guarantee is at most once.</summary>
    /// <returns>False when the subscription is not where the delivery begins any more; then nothing may be handed out.</returns>
    ValueTask<bool> DeliverAsync(SubscriptionDelivery delivery, CancellationToken cancellationToken);

    /// <summary>
    /// Acknowledges, gives back, pauses or goes on; durable when it answers. A change that comes again changes nothing.
    /// </summary>
    /// <exception cref="Errors.TemporalException">
    /// NotFound, <c>subscription_not_found</c>; Invalid, <c>invalid_cursor</c>: so much was not handed out; Invalid, <c>idempotency_key_reused</c>.
    /// </exception>
    ValueTask ChangeAsync(SubscriptionChange change, CancellationToken cancellationToken);

    /// <summary>Acknowledges everything up to a place. What is acknowledged already changes nothing.</summary>
    ValueTask AcknowledgeAsync(ChannelCursor cursor, CancellationToken cancellationToken);

    /// <summary>Gives back everything that is leased: what stands up to the cursor has failed, the rest goes back untried.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_cursor</c>: so much was not handed out.</exception>
    ValueTask ReturnAsync(ChannelCursor cursor, CancellationToken cancellationToken);

    /// <summary>Hands out nothing more until it goes on.</summary>
    ValueTask PauseAsync(CancellationToken cancellationToken);

    /// <summary>Goes on.</summary>
    ValueTask ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Ends the subscription; its log stays.</summary>
    ValueTask EndAsync(CancellationToken cancellationToken);

    /// <summary>Where it stands.</summary>
    ValueTask<SubscriptionState> GetStateAsync(CancellationToken cancellationToken);

    /// <summary>Dead letters behind a place, the oldest first.</summary>
    ValueTask<ImmutableArray<DeadLetter>> GetDeadAsync(ChannelCursor after, int countMax, CancellationToken cancellationToken);
}
