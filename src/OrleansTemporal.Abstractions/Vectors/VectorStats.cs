namespace OrleansTemporal.Vectors;

/// <summary>How much there is of a collection.</summary>
public sealed record VectorStats
{
    /// <summary>Live vectors.</summary>
    public required long Count { get; init; }

    /// <summary>Versions, of the past and now.</summary>
    public required long VersionCount { get; init; }

    /// <summary>Different vectors in memory.</summary>
    public required long RowCount { get; init; }

    /// <summary>Different vectors that the index has linked; the others are compared one by one until it has.</summary>
    public required long LinkedCount { get; init; }

    /// <summary>Bytes of vectors and index in memory.</summary>
    public required long Bytes { get; init; }
}
