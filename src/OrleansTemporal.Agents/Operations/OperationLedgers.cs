using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Operations;

/// <summary>Which lifecycle agent has an operation written down: the workspace's own, or the system's when the workspace need not exist or must not change.</summary>
internal static class OperationLedgers
{
    /// <summary>What the making of a data key is called: written down for its name, and done before its request is answered.</summary>
    public const string DataKeyProcess = "data-key";

    /// <summary>The agent that has an operation of this request written down.</summary>
    public static ValueTask<AgentId> EnsureAsync(IAgentDirectory directory, OperationRequest request, CancellationToken cancellationToken) =>
        request.IsOfSystem ? new(SystemAgents.LifecycleOf(SystemAgents.SystemWorkspace)) : EnsureAsync(directory, request.Workspace, cancellationToken);

    /// <summary>The lifecycle agent of a workspace, named in the catalog before its first delta.</summary>
    public static async ValueTask<AgentId> EnsureAsync(IAgentDirectory directory, string workspace, CancellationToken cancellationToken)
    {
        var id = SystemAgents.LifecycleOf(workspace);
        var change = new CatalogChange { Kind = id.Kind, Name = id.Name, OnlyIfAbsent = true };
        await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>What is written down of an operation, wherever it is. Makes no agent.</summary>
    public static async ValueTask<OperationRecord?> FindAsync(IAgentDirectory directory, string workspace, string id, CancellationToken cancellationToken)
    {
        var system = await directory.Get<ILifecycleAgent>(SystemAgents.LifecycleOf(SystemAgents.SystemWorkspace)).FindOperationAsync(id, cancellationToken).ConfigureAwait(false);
        if (system?.Workspace == workspace)
        {
            return system;
        }

        var registry = directory.Get<ICatalogAgent>(SystemAgents.WorkspaceRegistry);
        if (workspace != WorkspaceService.DefaultName && await registry.FindAsync(AgentKind.Workspaces, workspace, AsOf.Latest, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        var own = SystemAgents.LifecycleOf(workspace);
        return await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(own.Kind, own.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false) is null
            ? null
            : await directory.Get<ILifecycleAgent>(own).FindOperationAsync(id, cancellationToken).ConfigureAwait(false);
    }
}
