namespace OrleansTemporal.Workspaces;

/// <summary>What the host does when a workspace was removed, closing its agents and letting go of their logs, objects and data keys, or changed.</summary>
public interface IWorkspaceRemover
{
    /// <summary>Removes everything below a workspace. May be called again after a crash; then it does what is left.</summary>
    ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Removes the agents, logs and objects below a workspace and leaves its data keys, which what comes back from a backup may need.</summary>
    ValueTask ClearAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Forgets what was made from the settings that a workspace had before.</summary>
    void Forget(string workspace);
}
