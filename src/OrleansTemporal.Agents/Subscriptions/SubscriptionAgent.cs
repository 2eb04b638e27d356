using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>The subscription agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class SubscriptionAgent : CausalAgent<AgentCore>, ISubscriptionAgent
{
    /// <summary>Makes a closed agent.</summary>
    public SubscriptionAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask BeginAsync(SubscriptionDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        await (await CoreAsync(cancellationToken).ConfigureAwait(false)).BeginAsync(definition, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SubscriptionTurn> NextAsync(CancellationToken cancellationToken) =>
        await (await CoreAsync(cancellationToken).ConfigureAwait(false)).NextAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> DeliverAsync(SubscriptionDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return await (await CoreAsync(cancellationToken).ConfigureAwait(false)).DeliverAsync(delivery, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask ChangeAsync(SubscriptionChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await (await CoreAsync(cancellationToken).ConfigureAwait(false)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask AcknowledgeAsync(ChannelCursor cursor, CancellationToken cancellationToken) =>
        ChangeAsync(new SubscriptionChange { Move = SubscriptionMove.Acknowledge, Cursor = cursor }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReturnAsync(ChannelCursor cursor, CancellationToken cancellationToken) =>
        ChangeAsync(new SubscriptionChange { Move = SubscriptionMove.Return, Cursor = cursor }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PauseAsync(CancellationToken cancellationToken) =>
        ChangeAsync(new SubscriptionChange { Move = SubscriptionMove.Pause }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ResumeAsync(CancellationToken cancellationToken) =>
        ChangeAsync(new SubscriptionChange { Move = SubscriptionMove.Resume }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken cancellationToken) =>
        await (await CoreAsync(cancellationToken).ConfigureAwait(false)).EndAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<SubscriptionState> GetStateAsync(CancellationToken cancellationToken) =>
        await (await CoreAsync(cancellationToken).ConfigureAwait(false)).GetStateAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<DeadLetter>> GetDeadAsync(ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        return await (await CoreAsync(cancellationToken).ConfigureAwait(false)).GetDeadAsync(after, countMax, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new SubscriptionCore(Id, Services);

    private async ValueTask<SubscriptionCore> CoreAsync(CancellationToken cancellationToken) =>
        (SubscriptionCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
