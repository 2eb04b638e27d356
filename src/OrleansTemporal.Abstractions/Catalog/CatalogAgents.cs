namespace OrleansTemporal.Catalog;

/// <summary>How many agents a name of the catalog has, or had before it was removed: what they hold is still there.</summary>
/// <param name="Name">The name within the workspace.</param>
/// <param name="Count">The agents are the partitions 0 to <paramref name="Count"/> − 1.</param>
public sealed record CatalogAgents(string Name, int Count);
