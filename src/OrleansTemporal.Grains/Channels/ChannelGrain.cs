using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>The channel agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Channel)]
[Reentrant]
[HashBasedPlacement]
internal sealed class ChannelGrain(IGrainContext context, SiloAgents silo)
    : ChannelAgent(AgentGrains.IdOf(context.GrainId), silo.Services), IChannelGrain, IGrainBase
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
