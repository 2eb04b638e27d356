using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>A directory in which one agent can not be reached.</summary>
internal sealed class BrokenDirectory(IAgentDirectory directory, AgentId broken) : IAgentDirectory
{
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent => id != broken
            ? directory.Get<TAgent>(id)
            : throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"{id} can not be read.");
}
