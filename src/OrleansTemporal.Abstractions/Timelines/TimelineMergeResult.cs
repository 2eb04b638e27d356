using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>What a merge came to.</summary>
public sealed record TimelineMergeResult
{
    /// <summary>The nearest common ancestors, newest first; the values of the first are the base. Empty for the empty beginning.</summary>
    public required ImmutableArray<long> Base { get; init; }

    /// <summary>Components that both have changed; at most <see cref="Limits.PageCountMax"/> are listed.</summary>
    public required ImmutableArray<TimelineConflict> Conflicts { get; init; }

    /// <summary>How many there are.</summary>
    public required int ConflictCount { get; init; }

    /// <summary>The newest step of the source.</summary>
    public required long SourceSequence { get; init; }

    /// <summary>The newest step of the other branch, before the merge.</summary>
    public required long IntoSequence { get; init; }

    /// <summary>The receipt; of the newest delta when there was nothing to merge, null for a dry run.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>The step; null when there was nothing to merge, and for a dry run.</summary>
    public TimelineDelta? Delta { get; init; }
}
