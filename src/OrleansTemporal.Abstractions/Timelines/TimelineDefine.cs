using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Makes a timeline, or gives it another policy or other metadata.</summary>
public sealed record TimelineDefine
{
    /// <summary>What it is to be.</summary>
    public required TimelineDefinition Definition { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
