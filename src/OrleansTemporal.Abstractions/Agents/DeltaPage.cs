using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>A page of an agent's log, in sequence order.</summary>
public sealed record DeltaPage
{
    /// <summary>Encoded delta records (docs/formats/delta.md), one each.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Records { get; init; }

    /// <summary>True when more durable deltas follow the last one of this page.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The local root before the first record, from which the roots of all of them follow; null from silos of an earlier release.</summary>
    public Distinction? RootBefore { get; init; }

    /// <summary>How far the agent had erased before it read the page: <see cref="AgentStatus.ErasedThrough"/> of that moment, durable or not.</summary>
    public long ErasedThrough { get; init; }
}
