using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>Another policy for a workspace.</summary>
public sealed record LifecyclePolicyChange
{
    /// <summary>The policy, whole.</summary>
    public required LifecyclePolicy Policy { get; init; }

    /// <summary>Set to make the change recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who changes it.</summary>
    public string Actor { get; init; } = "";
}
