using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A delta of a <see cref="DeltaBatch"/>.</summary>
public sealed record DeltaBatchItem
{
    /// <summary>The writer's id; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>The id or the sequence of the delta that it was made after; null for the one before it.</summary>
    public string? Parent { get; init; }

    /// <summary>True when the values are differences, false when they are new ones.</summary>
    public bool IsAdditive { get; init; }

    /// <summary>Its place in the log that it was read from; 0 when it was in none.</summary>
    public long Sequence { get; init; }

    /// <summary>When that log learned of it; zero when it was in none.</summary>
    public HybridTimestamp SystemTime { get; init; }

    /// <summary>Pairs that travel with it.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Components and their values.</summary>
    public required DeltaVector Vector { get; init; }
}
