namespace OrleansTemporal.Workspaces;

/// <summary>Decides whether a call may happen. Asked once for every call of a facade, before anything is read.</summary>
public interface IAuthorizer
{
    /// <summary>True when the principal may do this. Expected to answer from memory.</summary>
    ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken);
}
