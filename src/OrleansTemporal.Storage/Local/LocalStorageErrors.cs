using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Local;

/// <summary>The one place where what the operating system says becomes what a caller can act on.</summary>
internal static class LocalStorageErrors
{
    /// <summary>ENOSPC, EDQUOT, and ERROR_DISK_FULL of Windows.</summary>
    private const int NoSpaceErrno = 28;
    private const int QuotaErrno = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>True for what the disk or the rights on it are to blame for; false for a mistake of the program.</summary>
    public static bool IsStorageFailure(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public static TemporalException Classify(Exception exception, string operation, string path)
    {
        var reason = exception.HResult is NoSpaceErrno or QuotaErrno or DiskFullWindows
            ? "the disk is full"
            : exception.Message;
        return new TemporalException(
            ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"Could not {operation} {path}: {reason}", exception);
    }
}
