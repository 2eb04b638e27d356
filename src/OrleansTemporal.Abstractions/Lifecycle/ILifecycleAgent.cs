using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Lifecycle;

/// <summary>Keeps the lifecycle policy of one workspace with its history, and which runs changed what.</summary>
public interface ILifecycleAgent : IAgent
{
    /// <summary>The policy and the newest runs. O(1).</summary>
    ValueTask<LifecycleState> GetAsync(CancellationToken cancellationToken);

    /// <summary>Sets the policy; durable when it answers.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_field</c>, naming the field.</exception>
    ValueTask<Receipt> SetPolicyAsync(LifecyclePolicyChange change, CancellationToken cancellationToken);

    /// <summary>Writes down that a run has ended; durable when it answers.</summary>
    ValueTask<Receipt> RecordAsync(LifecycleRun run, CancellationToken cancellationToken);

    /// <summary>The operation that a request with this stamp has begun; null when there is none, or it is forgotten. O(1).</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>idempotency_key_reused</c>: the same key came with another body.</exception>
    ValueTask<OperationRecord?> RecognizeOperationAsync(OperationStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Writes down that an operation begins, or that another process goes on with it; durable when it answers. Of several who
    /// ask for one request, one gets a record that is new; the others get the same record, which is not.
    /// </summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>idempotency_key_reused</c>: the same key came with another body.</exception>
    ValueTask<OperationRecord> BeginOperationAsync(OperationOrder order, CancellationToken cancellationToken);

    /// <summary>Writes down what an operation came to; durable when it answers. One that is not known, or has ended, stays as it is.</summary>
    /// <param name="id">The operation.</param>
    /// <param name="outcome">One JSON object of at most <see cref="Limits.ValueBytesMax"/> bytes.</param>
    /// <param name="cancellationToken">Stops the wait; it may be written then.</param>
    ValueTask EndOperationAsync(string id, ReadOnlyMemory<byte> outcome, CancellationToken cancellationToken);

    /// <summary>An operation that was asked for with an idempotency key, for at least a day; else null. O(1).</summary>
    ValueTask<OperationRecord?> FindOperationAsync(string id, CancellationToken cancellationToken);
}
