using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Vectors;

/// <summary>The vector agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Vectors)]
[Reentrant]
[HashBasedPlacement]
internal sealed class VectorGrain(IGrainContext context, SiloAgents silo)
    : VectorAgent(AgentGrains.IdOf(context.GrainId), silo.Services), IVectorGrain, IGrainBase
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
