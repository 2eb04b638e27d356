using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>
/// The only way to an agent. In process it opens the agent on first use; over Orleans it hands out a grain
/// reference. Cheap enough to call per request; a caller on a hot path may keep what it got.
/// </summary>
public interface IAgentDirectory
{
    /// <summary>A reference to the agent; never null, and no I/O happens before the first call on it.</summary>
    /// <typeparam name="TAgent">The contract, for example <c>IStorageAgent</c>.</typeparam>
    TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent;
}
