using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>The lifecycle agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class LifecycleAgent : CausalAgent<AgentCore>, ILifecycleAgent
{
    /// <summary>Makes a closed agent.</summary>
    public LifecycleAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<LifecycleState> GetAsync(CancellationToken cancellationToken)
    {
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> SetPolicyAsync(LifecyclePolicyChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        LifecyclePolicyJson.Validate(change.Policy);
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.WriteAsync(payload => LifecyclePayload.Write(payload, change.Policy), change.Operation, change.Actor, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> RecordAsync(LifecycleRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.WriteAsync(payload => LifecyclePayload.Write(payload, run), null, "", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new LifecycleCore(Id, Services);

    private async ValueTask<LifecycleCore> GetLifecycleAsync(CancellationToken cancellationToken) =>
        (LifecycleCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
