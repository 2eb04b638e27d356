namespace OrleansTemporal.Hosting;

/// <summary>The storage account whose tables hold the membership and the reminders of a cluster. Bound from the section <c>OrleansTemporal:Cluster:Azure</c>.</summary>
public sealed class ClusterTableSettings
{
    /// <summary>Address of the account's table service, such as <c>https://account.table.core.windows.net</c>; the process signs in as itself.</summary>
    public string? ServiceUri { get; set; }

    /// <summary>Instead of it: with the account's key, for the emulator and for tests.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Client id of a user-assigned managed identity; null for the one that the machine has.</summary>
    public string? ManagedIdentityClientId { get; set; }
}
