using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Restores an earlier state of a branch, by a new step. One of the three places is given.</summary>
public sealed record TimelineRollbackOrder
{
    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Steps to undo that are not undone yet.</summary>
    public int? Count { get; init; }

    /// <summary>The step whose state is restored; 0 for the empty beginning.</summary>
    public long? ToSequence { get; init; }

    /// <summary>The instant whose state is restored.</summary>
    public HybridTimestamp? To { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
