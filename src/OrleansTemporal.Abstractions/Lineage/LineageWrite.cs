using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>A write as a node of lineage: what it is and what it follows from, without its value.</summary>
public sealed record LineageWrite
{
    /// <summary>Id of the write.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>Namespace of the key.</summary>
    public required string Namespace { get; init; }

    /// <summary>The key; null when the payload was erased, since the key goes with it.</summary>
    public required string? Key { get; init; }

    /// <summary>System time of the delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Writes that it follows from, each once, in the order in which they were named.</summary>
    public required ImmutableArray<WriteId> Causes { get; init; }

    /// <summary>The key's version before it; none when it was the first. No edge of lineage: history holds it.</summary>
    public required WriteId PreviousWriteId { get; init; }

    /// <summary>True for a tombstone.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>True when the value was erased on purpose; the node and its edges stay.</summary>
    public bool IsErased { get; init; }
}
