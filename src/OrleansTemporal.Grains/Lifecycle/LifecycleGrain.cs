using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Lifecycle;

/// <summary>The lifecycle agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Lifecycle)]
[Reentrant]
[HashBasedPlacement]
internal sealed class LifecycleGrain(IGrainContext context, SiloAgents silo)
    : LifecycleAgent(AgentGrains.IdOf(context.GrainId), silo.Services), ILifecycleGrain, IGrainBase
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
