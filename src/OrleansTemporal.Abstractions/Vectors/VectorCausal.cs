using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Asks a search to prefer vectors that share causal history with one of the collection: the score of each becomes
/// (1 − weight) · score + weight · proximity, where the proximity of two vectors is the number of deltas that both of
/// their histories have, divided by how many there are in either.
/// </summary>
public sealed record VectorCausal
{
    /// <summary>The weight when nothing is said.</summary>
    public const double WeightDefault = 0.15;

    /// <summary>The id of the vector whose history is compared with.</summary>
    public required string Near { get; init; }

    /// <summary>Share of the proximity in the score, 0 to 1.</summary>
    public double Weight { get; init; } = WeightDefault;

    /// <summary>The history of that vector, where another agent holds it; empty to have the agent look it up.</summary>
    public ImmutableArray<WriteId> History { get; init; } = [];
}
