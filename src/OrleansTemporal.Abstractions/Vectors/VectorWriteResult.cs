using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>What a write came to: its receipt and one outcome for each operation, in order.</summary>
public sealed record VectorWriteResult
{
    /// <summary>Where the delta stands.</summary>
    public required Receipt Receipt { get; init; }

    /// <summary>One for each operation, in the order of the request.</summary>
    public required ImmutableArray<VectorOutcome> Outcomes { get; init; }

    /// <summary>True when an earlier write with the same idempotency key is answered again.</summary>
    public bool Replayed { get; init; }
}
