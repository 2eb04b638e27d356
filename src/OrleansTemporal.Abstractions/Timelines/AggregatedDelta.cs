using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The deltas of a window as one: setting its values in the state before the window gives the state behind it, bit by bit.</summary>
public sealed record AggregatedDelta
{
    /// <summary>The branch.</summary>
    public required string Source { get; init; }

    /// <summary>Open while more deltas may join it, else compacted.</summary>
    public required DeltaWindowStatus Status { get; init; }

    /// <summary>Id of the first delta.</summary>
    public required string FirstId { get; init; }

    /// <summary>Id of the last.</summary>
    public required string LastId { get; init; }

    /// <summary>Sequence of the first; it names the window.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Sequence of the last.</summary>
    public required long LastSequence { get; init; }

    /// <summary>System time of the first.</summary>
    public required HybridTimestamp Start { get; init; }

    /// <summary>System time of the last.</summary>
    public required HybridTimestamp End { get; init; }

    /// <summary>How many deltas.</summary>
    public required int Count { get; init; }

    /// <summary>Components that any of them changed.</summary>
    public required int DimensionsTouched { get; init; }

    /// <summary>Sum of the Euclidean lengths of the deltas.</summary>
    public required double TotalMagnitude { get; init; }

    /// <summary>Euclidean length of what they come to.</summary>
    public required double L2Norm { get; init; }

    /// <summary>Bytes of the components of all of them, eight for each.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Bytes of the composed components.</summary>
    public required long ComposedBytes { get; init; }

    /// <summary>Total bytes for each composed one; that of a window that comes to nothing counts one composed component.</summary>
    public required double CompressionRatio { get; init; }

    /// <summary>Components that differ, ascending.</summary>
    public ReadOnlyMemory<int> Indices { get; init; }

    /// <summary>Their values behind the window.</summary>
    public ReadOnlyMemory<float> Values { get; init; }
}
