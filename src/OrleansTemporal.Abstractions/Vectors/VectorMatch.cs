using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>A vector that a search found.</summary>
public sealed record VectorMatch
{
    /// <summary>Which one.</summary>
    public required string Id { get; init; }

    /// <summary>The larger, the nearer: the cosine, 1 / (1 + distance), or the inner product; mixed with the proximity where the question asks for that.</summary>
    public required double Score { get; init; }

    /// <summary>1 − cosine, the Euclidean distance, or the negative inner product.</summary>
    public required double Distance { get; init; }

    /// <summary>Canonical JSON; empty for none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>Id of the version that was found.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>Which share of the causal history it has in common with the vector that the question names, 0 to 1; 0 when it names none.</summary>
    public double Proximity { get; init; }
}
