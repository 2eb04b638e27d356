using Orleans.Concurrency;
using Orleans.Placement;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Signals;

/// <summary>The ledger agent on a silo. It has no logic of its own.</summary>
[GrainType(AgentGrains.Signals)]
[Reentrant]
[HashBasedPlacement]
internal sealed class SignalLedgerGrain(IGrainContext context, SiloAgents silo)
    : SignalLedgerAgent(AgentGrains.IdOf(context.GrainId), silo.Services), ISignalLedgerGrain, IGrainBase
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
