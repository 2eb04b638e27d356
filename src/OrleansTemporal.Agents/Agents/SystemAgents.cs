using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Ids of the agents that the product itself keeps.</summary>
public static class SystemAgents
{
    /// <summary>The workspace that belongs to no tenant.</summary>
    public const string SystemWorkspace = "_system";

    /// <summary>The registry of workspaces.</summary>
    public static AgentId WorkspaceRegistry { get; } = new(SystemWorkspace, AgentKind.Workspaces, "registry", 0);

    /// <summary>The catalog of a workspace.</summary>
    public static AgentId CatalogOf(string workspace) => new(workspace, AgentKind.Catalog, "catalog", 0);

    /// <summary>The lifecycle agent of a workspace; named in the catalog before its first delta.</summary>
    public static AgentId LifecycleOf(string workspace) => new(workspace, AgentKind.Lifecycle, "lifecycle", 0);
}
