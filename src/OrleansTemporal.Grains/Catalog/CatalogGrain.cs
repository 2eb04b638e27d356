using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Catalog;

/// <summary>The catalog agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Catalog)]
[Reentrant]
[HashBasedPlacement]
internal sealed class CatalogGrain(IGrainContext context, SiloAgents silo)
    : CatalogAgent(AgentGrains.IdOf(context.GrainId), silo.Services), ICatalogGrain, IGrainBase
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
