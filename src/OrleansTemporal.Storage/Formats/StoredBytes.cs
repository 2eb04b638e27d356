using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Formats;

/// <summary>The errors of stored bytes, made in one place so that they always say where.</summary>
internal static class StoredBytes
{
    /// <summary>Bytes that do not verify, or can not have been written by this code.</summary>
    public static TemporalException Corrupt(string path, long offset, string what) => new(
        ErrorKind.Corrupt,
        ErrorCodes.Corrupt,
        string.Create(CultureInfo.InvariantCulture, $"Corrupt bytes in '{path}' at offset {offset}: {what}."));

    /// <summary>A stored format with a version that this release does not know.</summary>
    public static TemporalException TooNew(string path, int version) => new(
        ErrorKind.Conflict,
        ErrorCodes.FormatTooNew,
        string.Create(CultureInfo.InvariantCulture, $"'{path}' has format version {version}, which this release does not read."));

    /// <summary>An object that should be there is not.</summary>
    public static TemporalException NotFound(string path) =>
        new(ErrorKind.NotFound, "object_not_found", $"There is no object '{path}'.");

    /// <summary>Whether the storage is to blame, and not the program or the caller.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or TemporalException { Kind: ErrorKind.Unavailable };

    /// <summary>The storage refused or failed.</summary>
    public static TemporalException Failed(string path, string what, Exception? cause, bool outcomeUnknown = false) =>
        new(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The storage failed to {what} '{path}'.", cause) { OutcomeUnknown = outcomeUnknown };
}
