using System.Collections.Immutable;

namespace OrleansTemporal.Agents;

/// <summary>A page of an agent's log, in sequence order.</summary>
public sealed record DeltaPage
{
    /// <summary>Encoded delta records (docs/formats/delta.md), one each.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Records { get; init; }

    /// <summary>True when more durable deltas follow the last one of this page.</summary>
    public required bool HasMore { get; init; }
}
