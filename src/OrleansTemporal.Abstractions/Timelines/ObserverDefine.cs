using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Makes an observer, or gives it another policy.</summary>
public sealed record ObserverDefine
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it records.</summary>
    public required ObserverPolicy Policy { get; init; }

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who defines it.</summary>
    public string Actor { get; init; } = "";
}
