namespace OrleansTemporal.Errors;

/// <summary>What a caller can do about a failure. Every <see cref="TemporalException"/> has exactly one.</summary>
public enum ErrorKind : byte
{
    /// <summary>What was asked for is not there. Asking again will not help until somebody writes it.</summary>
    NotFound = 1,

    /// <summary>It exists already, or another writer got there first. Read again, then decide.</summary>
    Conflict = 2,

    /// <summary>A condition sent with the request does not hold for the newest state.</summary>
    PreconditionFailed = 3,

    /// <summary>The request can never succeed as it stands. Correct it.</summary>
    Invalid = 4,

    /// <summary>The service can not answer at the moment. Try again later.</summary>
    Unavailable = 5,

    /// <summary>A limit was reached. Try again after the time that the answer names.</summary>
    Throttled = 6,

    /// <summary>Another owner has taken over this agent. Ask the new one.</summary>
    Fenced = 7,

    /// <summary>Stored bytes do not verify. Nothing of them is served; an operator must look.</summary>
    Corrupt = 8,

    /// <summary>An invariant of the service itself was broken.</summary>
    Internal = 9,

    /// <summary>The request is larger than a limit that the answer names. Send less.</summary>
    TooLarge = 10,

    /// <summary>What was asked for is behind a retention floor and has been removed on purpose.</summary>
    Gone = 11,

    /// <summary>The caller may not do this.</summary>
    Forbidden = 12,

    /// <summary>What was asked for is in an offline tier. Have it brought back, which takes hours, and ask again.</summary>
    Archived = 13,
}
