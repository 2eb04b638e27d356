namespace OrleansTemporal.Causality;

/// <summary>What an agent answers to a write.</summary>
public sealed record Receipt
{
    /// <summary>The agent that recorded the delta.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>The delta's place in the agent's log, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of the change.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The agent's local root after the delta.</summary>
    public required Distinction Root { get; init; }

    /// <summary>What the acknowledgement promises.</summary>
    public Durability Durability { get; init; }
}
