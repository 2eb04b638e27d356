using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <content>Reading.</content>
public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    public async ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        var content = await ReadSmallAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : new StoredObject(content, ContentTag.Of(content));
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            using var lease = await openFiles.RentAsync(FileOf(path), cancellationToken).ConfigureAwait(false);
            return lease.File is { } file
                ? await file.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false)
                : throw StoredBytes.NotFound(path);
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "read", exception);
        }
    }

    // Small objects are replaced by renames, so a handle that is kept open would go on showing the old content.
    private async ValueTask<byte[]?> ReadSmallAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var file = await files.OpenAsync(FileOf(path), create: false, cancellationToken).ConfigureAwait(false);
            if (file is null)
            {
                return null;
            }

            await folders.SettleAsync(FolderOf(FileOf(path))).ConfigureAwait(false);
            var length = file.Length;
            if (length > SmallObjectBytesMax)
            {
                throw StoredBytes.Corrupt(path, 0, $"a small object has {length} bytes");
            }

            var content = new byte[length];
            var read = await file.ReadAsync(0, content, cancellationToken).ConfigureAwait(false);
            return read == length ? content : throw StoredBytes.Corrupt(path, read, "the object ends too early");
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "read", exception);
        }
    }
}
