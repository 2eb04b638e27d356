using OrleansTemporal.Errors;

namespace OrleansTemporal.Commands;

/// <summary>What a person at a terminal can do about an error; the service's own sentences say what is wrong.</summary>
internal static class Advice
{
    public static string For(TemporalException error)
    {
        var advice = error.Code switch
        {
            ErrorCodes.FolderLocked => "A server uses this folder: pass --url with its address instead of --data, or stop it.",
            ErrorCodes.FormatTooNew => "Use the release that wrote the folder, or a newer one.",
            ErrorCodes.WorkspaceNotFound => "`otemporal workspaces list` shows what exists, `otemporal workspaces create` makes one.",
            ErrorCodes.MalformedJson => "Text needs its quotes, as in '\"text\"'; @file reads a file, - reads standard input.",
            ErrorCodes.NoValueAt => "`otemporal history` shows since when it exists.",
            ErrorCodes.HistoryExpired => "Ask for a later moment.",
            ErrorCodes.Corrupt => "Run `otemporal verify` and keep a copy of the data folder.",
            _ => error.Kind switch
            {
                ErrorKind.PreconditionFailed => "Read the key again, then decide.",
                ErrorKind.Throttled => "Try again later.",
                ErrorKind.Unavailable when error.Code != TargetUnreachable => "Try again later; `otemporal status` tells when the target is ready.",
                _ => "",
            },
        };
        return error.OutcomeUnknown ? $"{advice} Whether the write was applied is unknown: read it back before writing again.".TrimStart() : advice;
    }

    /// <summary>Code of the command line's own: nothing answers at the address.</summary>
    public const string TargetUnreachable = "target_unreachable";

    /// <summary>Code of the command line's own: the words given to it make no sense.</summary>
    public const string Usage = "usage";

    /// <summary>Code of the command line's own: a read of a data folder that is not there.</summary>
    public const string FolderNotFound = "folder_not_found";

    /// <summary>Code of the command line's own: a file that can't be read.</summary>
    public const string InputUnreadable = "input_unreadable";

    /// <summary>Code of the command line's own: a file whose format is broken.</summary>
    public const string InputMalformed = "input_malformed";

    public static TemporalException Refuse(string message) => new(ErrorKind.Invalid, Usage, message);
}
