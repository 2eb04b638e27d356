using OrleansTemporal.Agents;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

/// <summary>The storage agent as a grain.</summary>
[Alias("ot.storage")]
public interface IStorageGrain : IStorageAgent, ILineageAgent, IAgentGrain;
