using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>One change of a timeline: what it set, what stood there before, and what it follows from. Immutable but for its checkpoint.</summary>
public sealed class TimelineStep
{
    /// <summary>Place in the agent's log.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The branch that it was made on.</summary>
    public required TimelineBranch Branch { get; init; }

    /// <summary>The step before it on its line; null for the first.</summary>
    public required TimelineStep? Parent { get; init; }

    /// <summary>The step that was merged; null when none was.</summary>
    public TimelineStep? MergeParent { get; init; }

    /// <summary>How it came about.</summary>
    public required TimelineChange Change { get; init; }

    /// <summary>Where a rollback went back to; null for the empty beginning, and for other changes.</summary>
    public TimelineStep? RestoredTo { get; init; }

    /// <summary>The id that its writer gave it; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>Pairs that travel with it.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Components that it set, ascending.</summary>
    public required int[] Indices { get; init; }

    /// <summary>Their values before it.</summary>
    public required float[] Before { get; init; }

    /// <summary>Their values behind it.</summary>
    public required float[] After { get; init; }

    /// <summary>How large it is.</summary>
    public required DeltaMagnitude Magnitude { get; init; }

    /// <summary>Place in its branch's own steps.</summary>
    public required int Index { get; init; }

    /// <summary>The whole state behind it, where one is kept.</summary>
    internal float[]? Checkpoint { get; set; }

    /// <summary>The step whose state this one stands for, for counting back: itself, or what a rollback went back to.</summary>
    public TimelineStep? Position => Change == TimelineChange.Rollback ? RestoredTo : this;

    /// <summary>The place of a component among its own; negative when it did not set it. O(log count).</summary>
    public int Find(int component) => Array.BinarySearch(Indices, component);
}
