using OrleansTemporal.Errors;

namespace OrleansTemporal.Commands;

/// <summary>What the process answers to its caller; documented in docs/cli.md and stable within v1.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>What was asked for is not there, or a verification found a fault.</summary>
    public const int NotFound = 1;

    /// <summary>The command line or the data it names is wrong.</summary>
    public const int Invalid = 2;

    /// <summary>Somebody else got there first, or a condition does not hold.</summary>
    public const int Conflict = 3;

    /// <summary>The target does not answer, or is in use; the same command may succeed later.</summary>
    public const int Unavailable = 4;

    /// <summary>Stored bytes do not verify, or the product is at fault.</summary>
    public const int Internal = 5;

    /// <summary>128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;

    public static int Of(TemporalException error) => error.Code == ErrorCodes.FolderLocked ? Unavailable : error.Kind switch
    {
        ErrorKind.NotFound or ErrorKind.Gone => NotFound,
        ErrorKind.Invalid or ErrorKind.TooLarge or ErrorKind.Forbidden => Invalid,
        ErrorKind.Conflict or ErrorKind.PreconditionFailed => Conflict,
        ErrorKind.Unavailable or ErrorKind.Throttled or ErrorKind.Fenced or ErrorKind.Archived => Unavailable,
        ErrorKind.Corrupt or ErrorKind.Internal => Internal,
        _ => Internal,
    };
}
