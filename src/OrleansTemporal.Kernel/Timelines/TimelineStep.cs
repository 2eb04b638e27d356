using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>One change of a timeline: what it set, what stood there before, and what it follows from. Immutable but for its checkpoint, and for steps before it that policy lets go of: these become part of it.</summary>
public sealed class TimelineStep
{
    /// <summary>Place in the agent's log.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The branch that it was made on.</summary>
    public required TimelineBranch Branch { get; init; }

    /// <summary>The step before it on its line; null for the first.</summary>
    public required TimelineStep? Parent { get; set; }

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

    /// <summary>Whether it says the hash of the state that it stands on.</summary>
    public bool IsHashed { get; init; }

    /// <summary>The steps before it that policy has let go of and that it stands for; null for none.</summary>
    public ComposedSteps? Composed { get; internal set; }

    /// <summary>Components that it set, ascending.</summary>
    public ArrayPart<int> Indices { get; private set; }

    /// <summary>Their values before it.</summary>
    public ArrayPart<float> Before { get; private set; }

    /// <summary>Their values behind it.</summary>
    public ArrayPart<float> After { get; private set; }

    /// <summary>Both values of all of them.</summary>
    internal StepEntries Entries
    {
        get => new(Indices, Before, After);
        set => (Indices, Before, After) = (value.Indices, value.Before, value.After);
    }

    /// <summary>How large it is.</summary>
    public required DeltaMagnitude Magnitude { get; set; }

    /// <summary>Place in its branch's own steps.</summary>
    public required int Index { get; set; }

    /// <summary>The whole state behind it, where one is kept.</summary>
    internal float[]? Checkpoint { get; set; }

    /// <summary>The step whose state this one stands for, for counting back: itself, or what a rollback went back to.</summary>
    public TimelineStep? Position => Change == TimelineChange.Rollback ? RestoredTo : this;

    /// <summary>The delta that set the component at a place of <see cref="Indices"/>: itself, or one that was let go.</summary>
    public long SetAt(int place) => Composed?.SetAt is { } sequences ? sequences[place] : Sequence;

    /// <summary>How long its own change was, of a step that an observer recorded; <see cref="LetGoStep.Heartbeat"/> for a heartbeat, null for other steps.</summary>
    public double? ObservedNorm => Change != TimelineChange.Observe ? null : Composed is { } composed ? composed.OwnNorm : Indices.Length == 0 ? LetGoStep.Heartbeat : Magnitude.L2Norm;

    /// <summary>As it is now, for a reader that does not hold the gate.</summary>
    public TimelineStep Copy() => (TimelineStep)MemberwiseClone();

    /// <summary>The place of a component among its own; negative when it did not set it. O(log count).</summary>
    public int Find(int component) => Indices.Span.BinarySearch(component);
}
