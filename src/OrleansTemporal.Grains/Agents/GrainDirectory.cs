using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>
/// The directory of a cluster: hands out grain references, from inside a silo and, since a cluster client makes grains too,
/// from outside. Costs a string and a reference for each call, so a caller on a hot path keeps what it got.
/// </summary>
public sealed class GrainDirectory(IGrainFactory grains) : IAgentDirectory
{
    /// <inheritdoc/>
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent =>
        (TAgent)(object)AgentGrains.Get(grains, id);
}
