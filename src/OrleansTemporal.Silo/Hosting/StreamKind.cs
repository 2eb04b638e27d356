namespace OrleansTemporal.Hosting;

/// <summary>What the notices of channels travel on.</summary>
public enum StreamKind
{
    /// <summary>The memory of the silos; what is on its way when one dies is lost, which subscribers find out by looking.</summary>
    Memory,

    /// <summary>Queues of a storage account.</summary>
    AzureQueues,

    /// <summary>An event hub.</summary>
    EventHubs,
}
