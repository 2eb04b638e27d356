using OrleansTemporal.Causality;

namespace OrleansTemporal.Workspaces;

/// <summary>What a call is about.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Kind">The facet.</param>
/// <param name="Name">Name within the facet; empty for all of them.</param>
public readonly record struct Resource(string Workspace, AgentKind Kind, string Name);
