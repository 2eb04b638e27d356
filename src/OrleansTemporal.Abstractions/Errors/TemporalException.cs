namespace OrleansTemporal.Errors;

/// <summary>
/// The one exception of the public surface. <see cref="Kind"/> tells a caller what to do, <see cref="Code"/> is the
/// stable name that REST clients see, and <see cref="OutcomeUnknown"/> says whether a write may have been applied.
/// </summary>
public sealed class TemporalException : Exception
{
    /// <summary>Makes an exception of a kind, with the stable code of <see cref="ErrorCodes"/> and a sentence for people.</summary>
    public TemporalException(ErrorKind kind, string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Code = code;
    }

    /// <summary>What the caller can do about it.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Stable, lower-case name with underscores; never reworded within v1.</summary>
    public string Code { get; }

    /// <summary>The offending field of the request, where there is one.</summary>
    public string? Field { get; init; }

    /// <summary>The limit that was reached, with its unit in the sentence, where there is one.</summary>
    public long? Limit { get; init; }

    /// <summary>True when a write may or may not have been applied; a retry with the same idempotency key settles it.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>How long to wait before trying again, for throttled and unavailable answers.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The entity tag that stands now, for a precondition that failed.</summary>
    public string? CurrentETag { get; init; }

    /// <summary>The stored object that has to be brought back, for what is archived.</summary>
    public string? ObjectPath { get; init; }

    /// <summary>True when the same request may succeed later without being changed.</summary>
    public bool IsRetryable => Kind is ErrorKind.Unavailable or ErrorKind.Throttled or ErrorKind.Fenced;
}
