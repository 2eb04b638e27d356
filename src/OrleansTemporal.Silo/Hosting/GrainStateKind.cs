namespace OrleansTemporal.Hosting;

/// <summary>Where the state of grains is kept that name no provider, and the runtime's subscriptions.</summary>
public enum GrainStateKind
{
    /// <summary>In the silo's database, each write a version.</summary>
    Temporal,

    /// <summary>In blobs, the newest state only (<c>Microsoft.Orleans.Persistence.AzureStorage</c>).</summary>
    AzureBlobs,
}
