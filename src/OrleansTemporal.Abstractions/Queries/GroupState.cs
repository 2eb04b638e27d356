using System.Collections.Immutable;

namespace OrleansTemporal.Queries;

/// <summary>A group of documents and what is known of it so far.</summary>
public sealed record GroupState
{
    /// <summary>The values of the grouping fields in their order-preserving form; equal for equal groups.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>Canonical JSON of each grouping field; empty where the documents do not have it.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Values { get; init; }

    /// <summary>One for each aggregate of the query, in its order.</summary>
    public required ImmutableArray<AggregateState> States { get; init; }
}
