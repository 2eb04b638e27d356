using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <content>Writing.</content>
public sealed partial class AzureObjectStore
{
    /// <inheritdoc/>
    public ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(new AzureObjectWriter(this, path, NextOperation()));
    }

    /// <inheritdoc/>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>storage_failed</c>, with an unknown outcome when the service did not answer for long.</exception>
    public async ValueTask<string?> PutIfMatchAsync(
        string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, SmallObjectBytesMax);
        return await PutAsync(path, content, expectedTag, NextOperation(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a whole blob in one request, if what stands has the tag; null expects that there is none.</summary>
    /// <returns>The new tag, or null when the condition did not hold.</returns>
    internal ValueTask<string?> PutAsync(
        string path, ReadOnlyMemory<byte> content, string? expectedTag, string operation, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { Conditions = ConditionOf(expectedTag), Metadata = MetadataOf(operation) };
        return WriteAsync(
            path,
            operation,
            async (blob, token) =>
            {
                using var body = new MemoryStream(content.ToArray(), writable: false);
                return (await blob.UploadAsync(body, options, token).ConfigureAwait(false)).Value.ETag.ToString();
            },
            cancellationToken);
    }

    /// <summary>Uploads one block of a blob that nobody sees before it is committed.</summary>
    internal async ValueTask StageAsync(string path, string block, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await CallAsync(
            path,
            "write",
            changes: false,
            async (blob, token) =>
            {
                using var body = new MemoryStream(bytes.ToArray(), writable: false);
                return await blob.StageBlockAsync(block, body, cancellationToken: token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a blob of its blocks, if there is none of this name.</summary>
    internal ValueTask<string?> CommitAsync(string path, IReadOnlyList<string> blocks, string operation, CancellationToken cancellationToken)
    {
        var options = new CommitBlockListOptions { Conditions = ConditionOf(null), Metadata = MetadataOf(operation) };
        return WriteAsync(
            path,
            operation,
            async (blob, token) => (await blob.CommitBlockListAsync(blocks, options, token).ConfigureAwait(false)).Value.ETag.ToString(),
            cancellationToken);
    }

    // An earlier attempt may have been applied although its answer was lost; then the condition fails, and the id that
    // stands says whose write it was.
    private ValueTask<string?> WriteAsync(
        string path, string operation, Func<BlockBlobClient, CancellationToken, ValueTask<string>> write, CancellationToken cancellationToken) =>
        CallAsync<string?>(
            path,
            "write",
            changes: true,
            async (blob, token) =>
            {
                try
                {
                    return await write(blob, token).ConfigureAwait(false);
                }
                catch (RequestFailedException failure) when (BlobErrors.IsConditionFailure(failure) || BlobErrors.IsMissing(failure))
                {
                    return await ReadBackAsync(blob, operation, token).ConfigureAwait(false);
                }
            },
            cancellationToken);

    private static async ValueTask<string?> ReadBackAsync(BlockBlobClient blob, string operation, CancellationToken cancellationToken)
    {
        try
        {
            var stands = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            return stands.Metadata.TryGetValue(OperationField, out var found) && found == operation ? stands.ETag.ToString() : null;
        }
        catch (RequestFailedException failure) when (BlobErrors.IsMissing(failure))
        {
            return null;
        }
    }

    private static BlobRequestConditions ConditionOf(string? expectedTag) =>
        expectedTag is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = new ETag(expectedTag) };

    private static Dictionary<string, string> MetadataOf(string operation) => new() { [OperationField] = operation };
}
