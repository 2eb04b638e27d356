namespace OrleansTemporal.Workspaces;

/// <summary>Decides whether a workspace may write more. Asked once for every write, before it is staged.</summary>
public interface IQuota
{
    /// <summary>Takes bytes from the workspace's allowance.</summary>
    /// <exception cref="Errors.TemporalException">Throttled, <c>quota_exceeded</c>, with the limit and when to try again.</exception>
    ValueTask ChargeAsync(string workspace, long bytes, CancellationToken cancellationToken);
}
