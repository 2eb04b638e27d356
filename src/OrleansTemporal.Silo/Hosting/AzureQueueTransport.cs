using Azure.Identity;
using Azure.Storage.Queues;
using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Notices on queues of a storage account. A message that a silo has taken and not finished comes again, to any of them.</summary>
internal static class AzureQueueTransport
{
    public static void Add(ISiloBuilder silo, string name, StreamSettings settings) => silo.AddAzureQueueStreams(name, streams =>
    {
        streams.ConfigureAzureQueue(queues => queues.Configure(options =>
        {
            options.QueueServiceClient = ClientOf(settings);
            options.QueueNames = [.. Enumerable.Range(0, settings.QueueCount).Select(i => $"{settings.QueuePrefix}-{i}")];
        }));

        // Each look at a queue is an operation that is paid for, so the queues are asked as the runtime does by default.
        streams.ConfigurePullingAgent(static agent => agent.Configure(static options => options.BatchContainerBatchSize = 100));
    });

    private static QueueServiceClient ClientOf(StreamSettings settings) => settings.ServiceUri is { Length: > 0 } address
        ? new QueueServiceClient(new Uri(address), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ManagedIdentityClientId }))
        : new QueueServiceClient(settings.ConnectionString);
}
