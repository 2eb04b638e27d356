namespace OrleansTemporal.Workspaces;

/// <summary>Lets everybody do everything: for servers that others may reach, behind something that authenticates.</summary>
internal sealed class AllowAllAuthorizer : IAuthorizer
{
    /// <inheritdoc/>
    public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken) => new(true);
}
