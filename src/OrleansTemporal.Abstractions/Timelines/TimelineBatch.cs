using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Deltas that follow each other on one branch: each becomes a step of its own. All are examined before the first is written,
/// so what is refused changes nothing.
/// </summary>
public sealed record TimelineBatch
{
    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>The deltas, 1 to <see cref="Limits.BatchCountMax"/>. Their own branch, operation, actor and durability do not count; a parent is that of the first one, or the one before.</summary>
    public required ImmutableArray<TimelineWrite> Deltas { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who writes.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether the answer waits until all of it is durable.</summary>
    public Durability Durability { get; init; }

    /// <summary>Components of the state that the deltas are made for, which has to be the timeline's; 0 when it is not known.</summary>
    public int Dimensions { get; init; }
}
