using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>What one delta says, whatever facet it is of.</summary>
public sealed record DeltaExplanation
{
    /// <summary>Which delta of its agent.</summary>
    public required long Sequence { get; init; }

    /// <summary>What it changes, in its order; empty for a delta that changes nothing that users keep, and for an erased one.</summary>
    public required ImmutableArray<DeltaChange> Changes { get; init; }

    /// <summary>How large it is: the weights of its signals added up, the largest of its changes otherwise.</summary>
    public double Magnitude { get; init; }

    /// <summary>True when its payload is gone, so that nobody knows what it said.</summary>
    public bool IsErased { get; init; }

    /// <summary>True when it has more than <see cref="Limits.DeltaChangesMax"/> changes, of which the first are told.</summary>
    public bool IsCut { get; init; }

    /// <summary>When the service learned of it.</summary>
    public HybridTimestamp SystemTime { get; init; }
}
