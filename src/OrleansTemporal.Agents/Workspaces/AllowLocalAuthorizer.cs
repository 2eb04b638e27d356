namespace OrleansTemporal.Workspaces;

/// <summary>The default: whoever is on this machine may do everything, nobody else may do anything.</summary>
public sealed class AllowLocalAuthorizer : IAuthorizer
{
    /// <inheritdoc/>
    public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken) =>
        new(principal.IsLocal);
}
