using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>What a timeline accepts and what it keeps. Newer policies hold for what is written after them.</summary>
public sealed record TimelinePolicy
{
    /// <summary>Steps between two hashes of the whole state, when nothing else is said.</summary>
    public const int CheckpointEveryDefault = 1_024;

    /// <summary>The defaults: every bit that differs is kept, nothing is locked.</summary>
    public static TimelinePolicy Default { get; } = new();

    /// <summary>A component of an observed state counts as changed when it differs by more than this from the recorded state; 0 for any bit.</summary>
    public float MinComponentDiff { get; init; }

    /// <summary>An observed state is recorded when the Euclidean length of its differences is more than this; 0 for any difference.</summary>
    public double MagnitudeThreshold { get; init; }

    /// <summary>Steps after which one carries a hash of the whole state before it; 1 to <see cref="Limits.TimelineCheckpointEveryMax"/>.</summary>
    public int CheckpointEvery { get; init; } = CheckpointEveryDefault;

    /// <summary>What happens to components that were changed on both sides of a merge, or since the parent that a delta names.</summary>
    public TimelineConflictRule Conflict { get; init; } = TimelineConflictRule.LastWriteWins;

    /// <summary>What happens to a delta whose parent is not known.</summary>
    public TimelineGapRule Gap { get; init; } = TimelineGapRule.Refuse;

    /// <summary>Changes that are longer, by Euclidean length, are refused; null for no bound.</summary>
    public double? MaxMagnitude { get; init; }

    /// <summary>Components that can not be changed, ascending.</summary>
    public ImmutableArray<int> LockedDimensions { get; init; } = [];

    /// <summary>
    /// A step carries a hash of the whole state before it, too, once the steps since the state that was hashed last come to
    /// more than this, their Euclidean lengths added up; more than 0 and finite, null to go by <see cref="CheckpointEvery"/> alone.
    /// </summary>
    public double? CheckpointMagnitude { get; init; }
}
