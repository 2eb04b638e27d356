using System.Collections.Immutable;

namespace OrleansTemporal.Queries;

/// <summary>One aggregate over a part of the documents; states of disjoint parts add up to that of the whole, with nothing lost.</summary>
public sealed record AggregateState
{
    /// <summary>Documents or numbers that were counted.</summary>
    public long Count { get; init; }

    /// <summary>Canonical number: the exact sum. Empty for aggregates that have none.</summary>
    public ReadOnlyMemory<byte> Sum { get; init; }

    /// <summary>Canonical JSON of the different values, the least or the greatest first for those aggregates.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Values { get; init; } = [];
}
