namespace OrleansTemporal.Workspaces;

/// <summary>The default: no workspace is limited beyond what the process itself can take.</summary>
public sealed class UnlimitedQuota : IQuota
{
    /// <inheritdoc/>
    public ValueTask ChargeAsync(string workspace, long bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
