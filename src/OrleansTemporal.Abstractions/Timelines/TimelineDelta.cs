using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>What one step changed, without its components.</summary>
public sealed record TimelineDelta
{
    /// <summary>The writer's id, or the write id of the delta.</summary>
    public required string Id { get; init; }

    /// <summary>Place in the agent's log.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The agent's root behind it.</summary>
    public required Distinction Root { get; init; }

    /// <summary>How it came about.</summary>
    public required TimelineChange Change { get; init; }

    /// <summary>The branch that it was made on.</summary>
    public required string Branch { get; init; }

    /// <summary>Sequences of the steps that it follows from: the one before it, and the one that was merged.</summary>
    public required ImmutableArray<long> Parents { get; init; }

    /// <summary>Components that changed.</summary>
    public required int DimensionsChanged { get; init; }

    /// <summary>Euclidean length of the differences.</summary>
    public required double L2Norm { get; init; }

    /// <summary>The largest difference, without its sign.</summary>
    public required double MaxComponent { get; init; }

    /// <summary>Changed components of all, 0 to 1.</summary>
    public required double Density { get; init; }

    /// <summary>For a rollback, the sequence of the step whose state it restored; 0 for the empty beginning; null for other changes.</summary>
    public long? RestoredSequence { get; init; }

    /// <summary>Pairs that travel with it.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Components that it set, ascending, when they were asked for.</summary>
    public ReadOnlyMemory<int> Indices { get; init; }

    /// <summary>Their values behind it, when they were asked for.</summary>
    public ReadOnlyMemory<float> Values { get; init; }

    /// <summary>Steps before it that policy has let go of and that it stands for.</summary>
    public int ComposedCount { get; init; }

    /// <summary>The resolution that policy keeps there; null where nothing was let go.</summary>
    public string? Resolution { get; init; }
}
