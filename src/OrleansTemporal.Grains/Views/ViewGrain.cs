using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Views;

/// <summary>The view agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.View)]
[Reentrant]
[HashBasedPlacement]
internal sealed class ViewGrain(IGrainContext context, SiloAgents silo)
    : ViewAgent(AgentGrains.IdOf(context.GrainId), silo.Services), IViewGrain, IGrainBase
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
