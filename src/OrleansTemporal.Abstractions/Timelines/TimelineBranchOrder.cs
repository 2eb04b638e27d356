using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Makes or removes a branch.</summary>
public sealed record TimelineBranchOrder
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it begins, on the line of another one; ignored when it is removed.</summary>
    public TimelineMoment From { get; init; } = new();

    /// <summary>True to remove it; its steps stay.</summary>
    public bool Remove { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
