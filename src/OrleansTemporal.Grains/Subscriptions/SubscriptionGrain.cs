using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Subscriptions;

/// <summary>The subscription agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Subscription)]
[Reentrant]
[HashBasedPlacement]
internal sealed class SubscriptionGrain(IGrainContext context, SiloAgents silo)
    : SubscriptionAgent(AgentGrains.IdOf(context.GrainId), silo.Services), ISubscriptionGrain, IGrainBase
{
    /// <inheritdoc/>
    public IGrainContext GrainContext => context;

    /// <inheritdoc/>
    public Task OnActivateAsync(CancellationToken token) => silo.EnterAsync(this, token);

    /// <inheritdoc/>
    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => silo.LeaveAsync(this, token);

    /// <inheritdoc/>
    public ValueTask CloseAsync(CancellationToken cancellationToken) => SiloAgents.CloseAsync(this, this);
}
