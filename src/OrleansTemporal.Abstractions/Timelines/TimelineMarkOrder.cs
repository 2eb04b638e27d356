using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Labels a step.</summary>
public sealed record TimelineMarkOrder
{
    /// <summary>The step and its label.</summary>
    public required TimelineMark Mark { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
