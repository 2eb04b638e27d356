using OrleansTemporal.Causality;

namespace OrleansTemporal.Operations;

/// <summary>What somebody wants to have run.</summary>
internal sealed record OperationRequest
{
    /// <summary>The workspace that it works on.</summary>
    public required string Workspace { get; init; }

    /// <summary>What it does, for example <c>verify</c>.</summary>
    public required string Process { get; init; }

    /// <summary>What makes the request recognisable; null when no idempotency key came with it.</summary>
    public OperationStamp? Stamp { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";

    /// <summary>True when the workspace need not exist, or must not change, so that the system's own lifecycle agent has it written down.</summary>
    public bool IsOfSystem { get; init; }

    /// <summary>Refuses what can not be run; asked only when the request is not recognised, before anything is written.</summary>
    public Func<ValueTask>? Check { get; init; }
}
