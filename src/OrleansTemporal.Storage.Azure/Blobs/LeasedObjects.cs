using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>The objects of a store below a prefix, changed only while a lease is held.</summary>
internal sealed class LeasedObjects(IObjectStore store, string prefix, BlobLease lease) : IObjectStore
{
    public ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken)
    {
        lease.RequireHeld();
        return store.CreateAsync(prefix + path, cancellationToken);
    }

    public ValueTask<string?> PutIfMatchAsync(string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        lease.RequireHeld();
        return store.PutIfMatchAsync(prefix + path, content, expectedTag, cancellationToken);
    }

    public ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken) => store.GetAsync(prefix + path, cancellationToken);

    public ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        store.ReadAsync(prefix + path, offset, destination, cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string below, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync(prefix + below, cancellationToken).ConfigureAwait(false))
        {
            yield return found with { Path = found.Path[prefix.Length..] };
        }
    }

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        lease.RequireHeld();
        return store.DeleteAsync(prefix + path, cancellationToken);
    }

    public ValueTask<bool> BringBackAsync(string path, CancellationToken cancellationToken) => store.BringBackAsync(prefix + path, cancellationToken);

    public ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken)
    {
        lease.RequireHeld();
        return store.SetTierAsync(prefix + path, tier, cancellationToken);
    }
}
