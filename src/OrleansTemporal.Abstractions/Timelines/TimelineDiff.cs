namespace OrleansTemporal.Timelines;

/// <summary>What differs between two places of a line.</summary>
public sealed record TimelineDiff
{
    /// <summary>Components that differ, ascending.</summary>
    public required ReadOnlyMemory<int> Indices { get; init; }

    /// <summary>For each, the value at the end minus the value at the beginning.</summary>
    public required ReadOnlyMemory<float> Values { get; init; }

    /// <summary>Euclidean length of the differences.</summary>
    public required double L2Norm { get; init; }

    /// <summary>The step at the beginning; 0 for the empty one.</summary>
    public required long FromSequence { get; init; }

    /// <summary>The step at the end.</summary>
    public required long ToSequence { get; init; }
}
