using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Timelines;

/// <summary>The timeline agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Timeline)]
[Reentrant]
[HashBasedPlacement]
internal sealed class TimelineGrain(IGrainContext context, SiloAgents silo)
    : TimelineAgent(AgentGrains.IdOf(context.GrainId), silo.Services), ITimelineGrain, IGrainBase
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
