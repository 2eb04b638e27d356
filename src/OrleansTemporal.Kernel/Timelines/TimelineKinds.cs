using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The kinds of a timeline's deltas.</summary>
public static class TimelineKinds
{
    /// <summary>What the timeline is, from here on.</summary>
    public static readonly DeltaKind Define = DeltaKind.Parse("lineage.define");

    /// <summary>An observed state.</summary>
    public static readonly DeltaKind Capture = DeltaKind.Parse("lineage.capture");

    /// <summary>A delta.</summary>
    public static readonly DeltaKind Apply = DeltaKind.Parse("lineage.apply");

    /// <summary>A delta whose parent is not known yet.</summary>
    public static readonly DeltaKind Buffer = DeltaKind.Parse("lineage.buffer");

    /// <summary>An earlier state, restored.</summary>
    public static readonly DeltaKind RollBack = DeltaKind.Parse("lineage.rollBack");

    /// <summary>A branch, made or removed.</summary>
    public static readonly DeltaKind Branch = DeltaKind.Parse("lineage.branch");

    /// <summary>A branch, merged.</summary>
    public static readonly DeltaKind Merge = DeltaKind.Parse("lineage.merge");

    /// <summary>A label.</summary>
    public static readonly DeltaKind Mark = DeltaKind.Parse("lineage.mark");

    /// <summary>A state, as an observer recorded it.</summary>
    public static readonly DeltaKind Observe = DeltaKind.Parse("lineage.observe");

    /// <summary>An observer: made, changed, paused, resumed or removed.</summary>
    public static readonly DeltaKind Observer = DeltaKind.Parse("lineage.observer");

    /// <summary>Steps that policy lets go of, composed into those behind them.</summary>
    public static readonly DeltaKind Thin = DeltaKind.Parse("lineage.thin");

    /// <summary>The kind of a step.</summary>
    public static DeltaKind Of(TimelineChange change) => change switch
    {
        TimelineChange.Capture => Capture,
        TimelineChange.Apply => Apply,
        TimelineChange.Rollback => RollBack,
        TimelineChange.Merge => Merge,
        TimelineChange.Observe => Observe,
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    /// <summary>How a step of a kind came about; null when the kind is no step.</summary>
    public static TimelineChange? ChangeOf(DeltaKind kind) =>
        kind == Capture ? TimelineChange.Capture
        : kind == Apply ? TimelineChange.Apply
        : kind == RollBack ? TimelineChange.Rollback
        : kind == Merge ? TimelineChange.Merge
        : kind == Observe ? TimelineChange.Observe
        : null;

    /// <summary>Whether deltas of a kind have a step, or a delta that waits, as their payload.</summary>
    public static bool IsStep(DeltaKind kind) => kind == Buffer || ChangeOf(kind) is not null;
}
