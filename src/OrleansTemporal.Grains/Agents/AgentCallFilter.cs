using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents;

/// <summary>
/// Runs the calls of an agent beside each other. On the grain's scheduler they would run one after the other up to their
/// first wait, and what agents do before it is not short: hashing, reading from disk, and flushing the log when nobody
/// else does. Measured, each write flushed alone. Agents guard themselves, as in every other host.
/// </summary>
internal sealed class AgentCallFilter : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context) =>
        context.TargetContext.GrainInstance is IHostedAgent && !IsShort(context) ? Task.Run(context.Invoke) : context.Invoke();

    // What is answered from memory takes less time than the way to another thread and back. Such a call leaves the scheduler
    // by itself before it reads from disk (CallerScheduler).
    private static bool IsShort(IIncomingGrainCallContext context) => context.TargetContext.GrainInstance is IStorageAgent && context.MethodName switch
    {
        nameof(IStorageAgent.GetAsync) => true,
        nameof(IStorageAgent.WriteAsync) => context.Request.GetArgument(0) is KvWrite { Durability: Durability.Buffered, Operations.Length: 1 },
        _ => false,
    };
}
