using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Orleans.Configuration;
using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Notices on an event hub. Compiled against the provider; nobody has run it, for want of a hub.</summary>
internal static class EventHubTransport
{
    public static void Add(ISiloBuilder silo, string name, StreamSettings settings) => silo.AddEventHubStreams(name, streams =>
    {
        var identity = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ManagedIdentityClientId });
        streams.ConfigureEventHub(hub => hub.Configure(options => Connect(options, settings, identity)));
        streams.UseAzureTableCheckpointer(checkpoints => checkpoints.Configure(options => options.TableServiceClient = TablesOf(settings.CheckpointTables!, identity)));
        streams.ConfigurePullingAgent(static agent => agent.Configure(NoticeStreamOptions.Pull));
    });

    private static void Connect(EventHubOptions options, StreamSettings settings, TokenCredential identity)
    {
        if (settings.ServiceUri is { Length: > 0 } address)
        {
            options.ConfigureEventHubConnection(new Uri(address).Host, settings.Hub, settings.ConsumerGroup, identity);
        }
        else
        {
            options.ConfigureEventHubConnection(settings.ConnectionString!, settings.Hub, settings.ConsumerGroup);
        }
    }

    private static TableServiceClient TablesOf(string place, TokenCredential identity) =>
        Uri.TryCreate(place, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? new TableServiceClient(address, identity) : new TableServiceClient(place);
}
