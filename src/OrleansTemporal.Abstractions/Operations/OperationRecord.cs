using OrleansTemporal.Causality;

namespace OrleansTemporal.Operations;

/// <summary>What is written down of a long-running operation.</summary>
public sealed record OperationRecord
{
    /// <summary>Its id within its workspace.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required string Process { get; init; }

    /// <summary>The workspace that it works on.</summary>
    public required string Workspace { get; init; }

    /// <summary>Sequence of the delta that says last who runs it.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it began.</summary>
    public HybridTimestamp SystemTime { get; init; }

    /// <summary>True when whoever asked is the one who has to run it.</summary>
    public bool IsNew { get; init; }

    /// <summary>What it came to, as one JSON object; empty while it has not ended.</summary>
    public ReadOnlyMemory<byte> Outcome { get; init; }
}
