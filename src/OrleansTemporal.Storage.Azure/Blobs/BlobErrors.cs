using System.Net.Sockets;
using Azure;
using Azure.Identity;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What the failures of the blob service mean, decided in one place.</summary>
internal static class BlobErrors
{
    private const string ArchivedCode = "BlobArchived";
    private const string RehydratingCode = "BlobBeingRehydrated";

    /// <summary>Whether the condition of a request did not hold: a blob that is there already, or another tag, or another length.</summary>
    public static bool IsConditionFailure(RequestFailedException failure) => failure.Status == 412 || failure is { Status: 409, ErrorCode: "BlobAlreadyExists" };

    /// <summary>Whether there is no such blob.</summary>
    public static bool IsMissing(RequestFailedException failure) => failure.Status == 404 && failure.ErrorCode != "ContainerNotFound";

    /// <summary>Whether the blob is in an offline tier, or on its way out of it.</summary>
    public static bool IsArchived(RequestFailedException failure) => failure.ErrorCode is ArchivedCode or RehydratingCode;

    /// <summary>Whether a range begins at or behind the end of the blob.</summary>
    public static bool IsBehindEnd(RequestFailedException failure) => failure.Status == 416;

    /// <summary>Whether the service, or the way to it, failed, so that the same call may succeed later; a call that changes something may have done so.</summary>
    public static bool IsTransient(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        RequestFailedException failure => failure.Status is 0 or 408 or 429 or >= 500,
        AuthenticationFailedException => true,
        AggregateException several => several.InnerExceptions.All(inner => IsTransient(inner, cancellationToken)),
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        IOException or HttpRequestException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether an exception is the service's, or the way's to it.</summary>
    public static bool IsStorage(Exception exception, CancellationToken cancellationToken) =>
        exception is RequestFailedException || IsTransient(exception, cancellationToken);

    /// <summary>The failure as the ports tell it.</summary>
    /// <param name="path">The blob.</param>
    /// <param name="what">A verb.</param>
    /// <param name="exception">What the client threw.</param>
    /// <param name="changes">Whether the call changes something, so that its outcome may be unknown.</param>
    public static TemporalException From(string path, string what, Exception exception, bool changes) => exception switch
    {
        RequestFailedException failure when IsMissing(failure) => Formats.StoredBytes.NotFound(path),
        RequestFailedException failure when IsArchived(failure) => new(
            ErrorKind.Archived, ErrorCodes.Archived, $"'{path}' is in an offline tier and has to be brought back before it can be read.", failure)
        { ObjectPath = path },
        RequestFailedException failure when !IsTransient(failure, CancellationToken.None) => new(
            ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The blob service refused to {what} '{path}': {failure.Status} {failure.ErrorCode}.", failure),
        _ => new(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The blob service failed to {what} '{path}': {FirstLine(exception)}", exception)
        {
            OutcomeUnknown = changes,
            RetryAfter = TimeSpan.FromSeconds(1),
        },
    };

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();
}
