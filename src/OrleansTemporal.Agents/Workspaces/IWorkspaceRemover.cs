namespace OrleansTemporal.Workspaces;

/// <summary>What the host does when a workspace was removed: closes its agents and lets go of their logs and objects.</summary>
public interface IWorkspaceRemover
{
    /// <summary>Removes everything below a workspace. May be called again after a crash; then it does what is left.</summary>
    ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken);
}
