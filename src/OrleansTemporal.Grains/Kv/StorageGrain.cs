using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Kv;

/// <summary>The storage agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Storage)]
[Reentrant]
[HashBasedPlacement]
internal sealed class StorageGrain(IGrainContext context, SiloAgents silo)
    : StorageAgent(AgentGrains.IdOf(context.GrainId), silo.Services), IStorageGrain, IGrainBase
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
