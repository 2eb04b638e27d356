namespace OrleansTemporal.Workspaces;

/// <summary>Has a silo remove what is below a workspace.</summary>
/// <param name="grains">The way to silos.</param>
/// <param name="forget">What the facades of this process let go of.</param>
internal sealed class ClusterWorkspaceRemover(IGrainFactory grains, Action<string> forget) : IWorkspaceRemover
{
    /// <inheritdoc/>
    public void Forget(string workspace) => forget(workspace);

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken)
    {
        forget(workspace);
        return grains.GetGrain<IWorkspaceGrain>(workspace).RemoveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask ClearAsync(string workspace, CancellationToken cancellationToken)
    {
        forget(workspace);
        return grains.GetGrain<IWorkspaceGrain>(workspace).ClearAsync(cancellationToken);
    }
}
