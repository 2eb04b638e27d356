using Azure.Identity;
using Azure.Storage.Blobs;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;

namespace OrleansTemporal.Hosting;

/// <summary>Keeps the state of grains where the settings say.</summary>
public static class GrainStates
{
    /// <summary>Adds the default provider and the one for the runtime's subscriptions.</summary>
    public static void Add(ISiloBuilder silo, GrainStateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (settings.Kind == GrainStateKind.Temporal)
        {
            silo.AddOrleansTemporalGrainStorageAsDefault();
            silo.AddOrleansTemporalGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
            return;
        }

        var blobs = ClientOf(settings);
        silo.AddAzureBlobGrainStorageAsDefault(Configure);
        silo.AddAzureBlobGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME, Configure);

        void Configure(AzureBlobStorageOptions options) => (options.BlobServiceClient, options.ContainerName) = (blobs, settings.Container);
    }

    private static BlobServiceClient ClientOf(GrainStateSettings settings) => settings.ServiceUri is { Length: > 0 } address
        ? new BlobServiceClient(new Uri(address), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ManagedIdentityClientId }))
        : new BlobServiceClient(settings.ConnectionString);
}
