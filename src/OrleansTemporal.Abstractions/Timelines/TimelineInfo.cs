using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>A timeline as it stands.</summary>
public sealed record TimelineInfo
{
    /// <summary>What it is; null before it was made.</summary>
    public required TimelineDefinition? Definition { get; init; }

    /// <summary>Sequence of the delta that its policy and its metadata are of.</summary>
    public required long DefinitionSequence { get; init; }

    /// <summary>Steps of all branches.</summary>
    public required int StepCount { get; init; }

    /// <summary>Deltas that wait for their parents.</summary>
    public required int BufferedCount { get; init; }

    /// <summary>The branches that are there.</summary>
    public required ImmutableArray<TimelineBranchInfo> Branches { get; init; }

    /// <summary>Steps that policy has let go of; the others are counted in <see cref="StepCount"/>.</summary>
    public int LetGoCount { get; init; }
}
