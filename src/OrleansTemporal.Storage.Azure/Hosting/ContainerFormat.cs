using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Hosting;

/// <summary>
/// The blob <c>format</c> of a container: one decimal number and a line feed, as in a data folder, so that an older release
/// never touches what it would misread.
/// </summary>
internal static class ContainerFormat
{
    /// <summary>The layout that this release writes.</summary>
    public const int Current = 1;

    public const string Path = "format";

    private const int AttemptsMax = 4;

    /// <summary>Checks the format of a container, and gives a new one the current one.</summary>
    /// <exception cref="TemporalException">Invalid, <c>format_too_new</c>; Corrupt, when it is no number; Unavailable, <c>storage_failed</c>.</exception>
    public static async ValueTask EnsureAsync(IObjectStore objects, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await objects.GetAsync(Path, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                Check(stored.Content.Span);
                return;
            }

            // Another process may be the first at the same time.
            var bytes = Encoding.ASCII.GetBytes(Current.ToString(CultureInfo.InvariantCulture) + "\n");
            if (await objects.PutIfMatchAsync(Path, bytes, null, cancellationToken).ConfigureAwait(false) is not null)
            {
                return;
            }
        }

        throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The blob '{Path}' of the container comes and goes.");
    }

    /// <summary>Makes the container when it is not there. Whoever may only use it need not be allowed to make it.</summary>
    /// <exception cref="TemporalException">Invalid when the service refuses; Unavailable, <c>storage_failed</c>.</exception>
    public static async ValueTask<bool> MakeContainerAsync(BlobContainerClient container, CancellationToken cancellationToken)
    {
        try
        {
            if (!await container.ExistsAsync(cancellationToken).ConfigureAwait(false))
            {
                await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception exception) when (BlobErrors.IsTransient(exception, cancellationToken))
        {
            throw BlobErrors.From(container.Name, "open", exception, changes: false);
        }
        catch (RequestFailedException refusal)
        {
            // Another key, another role or another name is needed; asking again will not help.
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.StorageFailed, $"The blob service refuses to open the container {container.Uri.GetLeftPart(UriPartial.Path)}: {refusal.Status} {refusal.ErrorCode}.", refusal);
        }
    }

    private static void Check(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        if (!text.EndsWith('\n') || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"The blob '{Path}' of the container holds no format number.");
        }

        if (number > Current)
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.FormatTooNew,
                $"The container has format {number}; this release reads formats up to {Current}. Nothing was changed.");
        }
    }
}
