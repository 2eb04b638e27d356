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
        context.TargetContext.GrainInstance is IHostedAgent ? Task.Run(context.Invoke) : context.Invoke();
}
