using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Merges one branch into another.</summary>
public sealed record TimelineMergeOrder
{
    /// <summary>The branch whose changes are taken.</summary>
    public required string Source { get; init; }

    /// <summary>The branch that gets them.</summary>
    public string Into { get; init; } = "main";

    /// <summary>What happens to components that both have changed; null for what the policy says.</summary>
    public TimelineConflictRule? Conflict { get; init; }

    /// <summary>Components that the caller has decided, ascending; the rule decides the others.</summary>
    public ReadOnlyMemory<int> DecidedIndices { get; init; }

    /// <summary>A value for each of them.</summary>
    public ReadOnlyMemory<float> DecidedValues { get; init; }

    /// <summary>When set, refused unless this is the newest step of the source: what was decided was decided for it.</summary>
    public long? IfSourceSequence { get; init; }

    /// <summary>When set, refused unless this is the newest step of the other branch.</summary>
    public long? IfIntoSequence { get; init; }

    /// <summary>True to say what would come of it and write nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
