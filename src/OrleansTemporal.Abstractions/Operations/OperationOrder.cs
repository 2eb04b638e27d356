using OrleansTemporal.Causality;

namespace OrleansTemporal.Operations;

/// <summary>Asks to have it written down that a long-running operation begins, or goes on in another process.</summary>
public sealed record OperationOrder
{
    /// <summary>The operation's id within its workspace, 1 to 128 characters.</summary>
    public required string Id { get; init; }

    /// <summary>What it does, for example <c>verify</c>.</summary>
    public required string Process { get; init; }

    /// <summary>The workspace that it works on.</summary>
    public required string Workspace { get; init; }

    /// <summary>What makes the request recognisable that asked for it.</summary>
    public required OperationStamp Stamp { get; init; }

    /// <summary>The sequence at which it was said last who runs it, when that process has gone; 0 for an operation that is new.</summary>
    public long TakesOver { get; init; }

    /// <summary>Who asked for it.</summary>
    public string Actor { get; init; } = "";
}
