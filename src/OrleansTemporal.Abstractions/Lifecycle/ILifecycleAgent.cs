using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

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
}
