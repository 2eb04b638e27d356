using OrleansTemporal.Agents;

namespace OrleansTemporal.Lifecycle;

/// <summary>The lifecycle agent as a grain.</summary>
[Alias("ot.lifecycle")]
public interface ILifecycleGrain : ILifecycleAgent, IAgentGrain;
