using OrleansTemporal.Causality;

namespace OrleansTemporal.Events;

/// <summary>Something that happened, in the words of the domain; one delta may say several.</summary>
public sealed record DomainEvent
{
    /// <summary>One of <see cref="DomainEventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Whose delta says so.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Which of its deltas.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The agent's local root after it.</summary>
    public required Distinction Root { get; init; }

    /// <summary>What belongs to the type: a JSON object.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }
}
