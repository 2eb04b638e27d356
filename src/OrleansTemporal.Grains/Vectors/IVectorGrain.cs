using OrleansTemporal.Agents;

namespace OrleansTemporal.Vectors;

/// <summary>The vector agent as a grain.</summary>
[Alias("ot.vectors")]
public interface IVectorGrain : IVectorAgent, IAgentGrain;
