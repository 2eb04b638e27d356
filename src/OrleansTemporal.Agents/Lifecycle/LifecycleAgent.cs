using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;

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
    public async ValueTask<OperationRecord?> RecognizeOperationAsync(OperationStamp stamp, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.RecognizeOperationAsync(stamp, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<OperationRecord> BeginOperationAsync(OperationOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        Names.Validate(order.Id, "id");
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.BeginOperationAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask EndOperationAsync(string id, ReadOnlyMemory<byte> outcome, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outcome.Length, Limits.ValueBytesMax);
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        await core.EndOperationAsync(id, outcome, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<OperationRecord?> FindOperationAsync(string id, CancellationToken cancellationToken)
    {
        var core = await GetLifecycleAsync(cancellationToken).ConfigureAwait(false);
        return await core.FindOperationAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new LifecycleCore(Id, Services);

    private async ValueTask<LifecycleCore> GetLifecycleAsync(CancellationToken cancellationToken) =>
        (LifecycleCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
