using Azure;
using Azure.Storage.Blobs.Models;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <content>Reading.</content>
public sealed partial class AzureObjectStore
{
    /// <inheritdoc/>
    /// <exception cref="Errors.TemporalException">Archived, <c>archived</c>; Unavailable, <c>storage_failed</c>.</exception>
    public ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(
            path,
            "read",
            changes: false,
            async (blob, token) =>
            {
                try
                {
                    var answer = await blob.DownloadContentAsync(token).ConfigureAwait(false);
                    var content = answer.Value.Content.ToMemory();
                    return content.Length <= SmallObjectBytesMax
                        ? new StoredObject(content, answer.Value.Details.ETag.ToString())
                        : throw StoredBytes.Corrupt(path, 0, $"a small object has {content.Length} bytes");
                }
                catch (RequestFailedException failure) when (BlobErrors.IsMissing(failure))
                {
                    return null;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="Errors.TemporalException">NotFound, <c>object_not_found</c>; Archived, <c>archived</c>; Unavailable, <c>storage_failed</c>.</exception>
    public ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return CallAsync(
            path,
            "read",
            changes: false,
            async (blob, token) =>
            {
                try
                {
                    if (destination.IsEmpty)
                    {
                        await blob.GetPropertiesAsync(cancellationToken: token).ConfigureAwait(false);
                        return 0;
                    }

                    var options = new BlobDownloadOptions { Range = new HttpRange(offset, destination.Length) };
                    using var answer = (await blob.DownloadStreamingAsync(options, token).ConfigureAwait(false)).Value;
                    return await answer.Content.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
                }
                catch (RequestFailedException failure) when (BlobErrors.IsBehindEnd(failure))
                {
                    return 0;
                }
            },
            cancellationToken);
    }
}
