using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>What one operation of a write came to.</summary>
public sealed record VectorOutcome
{
    /// <summary>Which vector changed.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the new version.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>Content address of values and model; zero for a delete.</summary>
    public required Distinction DistinctionId { get; init; }

    /// <summary>The version before it; <see cref="WriteId.IsNone"/> when this is the first.</summary>
    public required WriteId PreviousWriteId { get; init; }

    /// <summary>True when there was no live vector of this id before.</summary>
    public required bool Created { get; init; }
}
