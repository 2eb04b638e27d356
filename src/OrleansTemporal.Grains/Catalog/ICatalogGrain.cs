using OrleansTemporal.Agents;

namespace OrleansTemporal.Catalog;

/// <summary>The catalog agent as a grain; also the registry of workspaces.</summary>
[Alias("ot.catalog")]
public interface ICatalogGrain : ICatalogAgent, IAgentGrain;
