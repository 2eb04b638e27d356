using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>One version of one vector.</summary>
public sealed record VectorVersion
{
    /// <summary>Which one.</summary>
    public required string Id { get; init; }

    /// <summary>The values, bit by bit as they came.</summary>
    public required ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>Canonical JSON; empty for none.</summary>
    public required ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>Id of this version.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>The version before it; <see cref="WriteId.IsNone"/> when this is the first.</summary>
    public required WriteId PreviousWriteId { get; init; }

    /// <summary>Content address of values and model: SHA-256 under the tag <c>ot/vector</c>.</summary>
    public required Distinction DistinctionId { get; init; }

    /// <summary>System time of the delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Writes that its delta follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];
}
