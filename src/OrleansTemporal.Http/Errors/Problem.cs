namespace OrleansTemporal.Errors;

/// <summary>Problem details (RFC 9457) before they are written.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code; <c>type</c> and <c>title</c> follow from it.</param>
/// <param name="Detail">A sentence for people about this occurrence.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>The offending field, parameter or header.</summary>
    internal string? Field { get; init; }

    /// <summary>The limit that was reached.</summary>
    internal long? Limit { get; init; }

    /// <summary>False when a write may or may not have been applied; null where the question does not arise.</summary>
    internal bool? OutcomeKnown { get; init; }

    /// <summary>When to try again.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The entity tag that stands, in quotes.</summary>
    internal string? ETag { get; init; }

    /// <summary>Methods that the path has.</summary>
    internal string? Allow { get; init; }

    /// <summary>Where the operation can be followed that makes the same request succeed.</summary>
    internal string? OperationLocation { get; init; }

    /// <summary>Whether the connection is of no more use, since the rest of the body is not read.</summary>
    internal bool Closes { get; init; }
}
