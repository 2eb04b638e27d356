using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Series;

/// <summary>The chronicle agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Chronicle)]
[Reentrant]
[HashBasedPlacement]
internal sealed class ChronicleGrain(IGrainContext context, SiloAgents silo)
    : ChronicleAgent(AgentGrains.IdOf(context.GrainId), silo.Services), IChronicleGrain, IGrainBase
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
