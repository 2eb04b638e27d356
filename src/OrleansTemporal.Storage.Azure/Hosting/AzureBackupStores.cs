using Azure.Storage.Blobs;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Hosting;

/// <summary>Backups in a container of their own: the blobs below each name are one store.</summary>
internal sealed class AzureBackupStores(BlobContainerClient container, TimeProvider time, Action<Span<byte>> random, TimeSpan giveUpAfter) : IBackupStores
{
    private const string LockName = "lock";

    private readonly BlobRetry retry = new(time, giveUpAfter);
    private readonly AzureObjectStore objects = new(container, time, random, giveUpAfter);

    public async ValueTask<IBackupStore?> OpenAsync(string name, bool create, CancellationToken cancellationToken)
    {
        var prefix = name + "/";
        await retry.RunAsync(token => ContainerFormat.MakeContainerAsync(container, token), cancellationToken).ConfigureAwait(false);
        if (!create && await objects.GetAsync(prefix + ContainerFormat.Path, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        var lease = await BlobLease.AcquireAsync(container, prefix + LockName, time, retry, cancellationToken).ConfigureAwait(false);
        try
        {
            var store = new LeasedObjects(objects, prefix, lease);
            await ContainerFormat.EnsureAsync(store, cancellationToken).ConfigureAwait(false);
            return new Store(store, lease);
        }
        catch
        {
            await lease.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class Store(IObjectStore objects, BlobLease lease) : IBackupStore
    {
        public IObjectStore Objects => objects;

        public ValueTask DisposeAsync() => lease.DisposeAsync();
    }
}
