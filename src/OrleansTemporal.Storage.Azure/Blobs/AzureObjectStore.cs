using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// Objects as block blobs of one container. Every write is conditional and carries an operation id in the blob's metadata,
/// so that a write whose answer was lost is sent again and then settled by reading that id back. Thread-safe.
/// </summary>
public sealed partial class AzureObjectStore : IObjectStore
{
    /// <summary>Largest object that <see cref="GetAsync"/> and <see cref="PutIfMatchAsync"/> take: 64 MiB.</summary>
    public const int SmallObjectBytesMax = 64 << 20;

    /// <summary>Name of the metadata field that holds the operation id.</summary>
    internal const string OperationField = "otoperation";

    private readonly BlobContainerClient container;
    private readonly BlobRetry retry;
    private readonly Action<Span<byte>> random;

    /// <summary>Makes a store over a container that exists.</summary>
    /// <param name="container">Its client; with retries of its own switched off.</param>
    /// <param name="time">For pauses between attempts.</param>
    /// <param name="random">For operation ids; thread-safe.</param>
    /// <param name="giveUpAfter">How long a call is tried before it fails.</param>
    public AzureObjectStore(BlobContainerClient container, TimeProvider time, Action<Span<byte>> random, TimeSpan giveUpAfter)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        this.container = container;
        this.random = random;
        retry = new BlobRetry(time, giveUpAfter);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await retry.RunAsync(token => ListOnceAsync(prefix, token), cancellationToken).ConfigureAwait(false);
        foreach (var item in found)
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken) =>
        await CallAsync(
            path,
            "remove",
            changes: true,
            async (blob, token) => await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Moves an object to an access tier: hot, cool, cold, or archive, which is offline. Absent is fine.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>.</exception>
    public async ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(
                path,
                "move",
                changes: true,
                async (blob, token) => await blob.SetAccessTierAsync(AccessTierOf(tier), cancellationToken: token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException refusal) when (refusal.Kind is ErrorKind.NotFound or ErrorKind.Archived)
        {
            // An object that was removed meanwhile needs no tier, and one that is being brought back has its next one already.
            return;
        }
    }

    /// <summary>Moves a blob of the archive tier to the hot one, and says whether it has arrived. Cost: a HEAD, and a move the first time.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>.</exception>
    public async ValueTask<bool> BringBackAsync(string path, CancellationToken cancellationToken)
    {
        if (await IsOnlineAsync(path, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        await SetTierAsync(path, StorageTier.Warm, cancellationToken).ConfigureAwait(false);
        return await IsOnlineAsync(path, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<bool> IsOnlineAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(
            path,
            "look at",
            changes: false,
            async (blob, token) =>
            {
                try
                {
                    var stands = (await blob.GetPropertiesAsync(cancellationToken: token).ConfigureAwait(false)).Value;
                    return stands.AccessTier != AccessTier.Archive.ToString() && string.IsNullOrEmpty(stands.ArchiveStatus);
                }
                catch (global::Azure.RequestFailedException failure) when (BlobErrors.IsMissing(failure))
                {
                    return true;
                }
            },
            cancellationToken);

    private static AccessTier AccessTierOf(StorageTier tier) => tier switch
    {
        StorageTier.Warm => AccessTier.Hot,
        StorageTier.Cold => AccessTier.Cool,
        StorageTier.Deep => AccessTier.Cold,
        StorageTier.Offline => AccessTier.Archive,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "There is no such tier."),
    };

    private async ValueTask<List<ObjectInfo>> ListOnceAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<ObjectInfo>();
        try
        {
            await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).ConfigureAwait(false))
            {
                // Logs are append blobs in the same folders; they are no objects.
                if (item.Properties.BlobType == BlobType.Block)
                {
                    found.Add(new(item.Name, item.Properties.ContentLength ?? 0));
                }
            }
        }
        catch (Exception exception) when (BlobErrors.IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(prefix, "list", exception, changes: false);
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return found;
    }

    private ValueTask<T> CallAsync<T>(
        string path, string what, bool changes, Func<BlockBlobClient, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var blob = container.GetBlockBlobClient(path);
        return retry.RunAsync(
            async token =>
            {
                try
                {
                    return await call(blob, token).ConfigureAwait(false);
                }
                catch (Exception exception) when (BlobErrors.IsStorage(exception, token))
                {
                    throw BlobErrors.From(path, what, exception, changes);
                }
            },
            cancellationToken);
    }

    private string NextOperation()
    {
        Span<byte> id = stackalloc byte[16];
        random(id);
        return Convert.ToHexStringLower(id);
    }
}
