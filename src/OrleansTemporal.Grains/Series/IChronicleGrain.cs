using OrleansTemporal.Agents;

namespace OrleansTemporal.Series;

/// <summary>The chronicle agent as a grain.</summary>
[Alias("ot.chronicle")]
public interface IChronicleGrain : IChronicleAgent, IAgentGrain;
