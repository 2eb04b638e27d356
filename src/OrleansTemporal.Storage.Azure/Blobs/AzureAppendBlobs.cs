using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>The append blobs of one container. The client's own retries must be off: nobody but the log may send a block again.</summary>
internal sealed class AzureAppendBlobs(BlobContainerClient container) : IAppendBlobs
{
    private const string ClaimField = "otclaim";

    public async ValueTask<string?> CreateAsync(string path, UInt128 claim, CancellationToken cancellationToken)
    {
        try
        {
            var options = new AppendBlobCreateOptions
            {
                Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All },
                Metadata = new Dictionary<string, string> { [ClaimField] = claim.ToString("x32", CultureInfo.InvariantCulture) },
            };
            var made = await container.GetAppendBlobClient(path).CreateAsync(options, cancellationToken).ConfigureAwait(false);
            return made.Value.ETag.ToString();
        }
        catch (RequestFailedException failure) when (BlobErrors.IsConditionFailure(failure))
        {
            return null;
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(path, "make", exception, changes: true);
        }
    }

    public async ValueTask<BlobAppend> AppendAsync(
        string path, long position, string? tag, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        try
        {
            using var body = new MemoryStream(block.ToArray(), writable: false);
            var conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position, IfMatch = tag is null ? null : new ETag(tag) };
            var options = new AppendBlobAppendBlockOptions { Conditions = conditions };
            var appended = await container.GetAppendBlobClient(path).AppendBlockAsync(body, options, cancellationToken).ConfigureAwait(false);
            return new(AppendAnswer.Applied, appended.Value.ETag.ToString());
        }
        catch (RequestFailedException failure) when (failure.Status == 412)
        {
            return new(AppendAnswer.Moved);
        }
        catch (RequestFailedException failure) when (BlobErrors.IsMissing(failure))
        {
            return new(AppendAnswer.Missing);
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(path, "append to", exception, changes: true);
        }
    }

    public async ValueTask<BlobHead?> HeadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var stands = (await container.GetAppendBlobClient(path).GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            var claim = stands.Metadata.TryGetValue(ClaimField, out var text)
                && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsed) ? parsed : UInt128.Zero;
            return new(stands.ContentLength, claim, stands.ETag.ToString());
        }
        catch (RequestFailedException failure) when (BlobErrors.IsMissing(failure))
        {
            return null;
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(path, "look at", exception, changes: false);
        }
    }

    public async ValueTask<BlobPiece> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(offset, destination.Length) };
            using var answer = (await container.GetAppendBlobClient(path).DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false)).Value;
            var read = await answer.Content.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return new(read, read > 0 ? answer.Details.ETag.ToString() : null);
        }
        catch (RequestFailedException failure) when (BlobErrors.IsBehindEnd(failure))
        {
            return new(0, null);
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(path, "read", exception, changes: false);
        }
    }

    public async ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<ObjectInfo>();
        try
        {
            await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).ConfigureAwait(false))
            {
                if (item.Properties.BlobType == BlobType.Append)
                {
                    found.Add(new(item.Name, item.Properties.ContentLength ?? 0));
                }
            }
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(prefix, "list", exception, changes: false);
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return found;
    }

    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetAppendBlobClient(path)
                .DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(path, "remove", exception, changes: true);
        }
    }

    private static bool IsStorage(Exception exception, CancellationToken cancellationToken) =>
        exception is RequestFailedException || BlobErrors.IsTransient(exception, cancellationToken);
}
