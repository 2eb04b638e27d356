using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Events;

/// <summary>Two processes: agents of one name live in the second.</summary>
internal sealed class SplitDirectory(IAgentDirectory first, IAgentDirectory second, string name) : IAgentDirectory
{
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent => id.Name == name ? second.Get<TAgent>(id) : first.Get<TAgent>(id);
}
