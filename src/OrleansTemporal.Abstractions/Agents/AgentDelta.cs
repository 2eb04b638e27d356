using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Agents;

/// <summary>One delta as a subscriber sees it.</summary>
public sealed record AgentDelta
{
    /// <summary>Whose delta it is.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Its place in that agent's log, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the service learned of it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Action and verb.</summary>
    public required DeltaKind Kind { get; init; }

    /// <summary>The agent's local root after it.</summary>
    public required Distinction Root { get; init; }

    /// <summary>The payload as it is stored; null when it was erased.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>What a delta of a storage agent did to which keys, in its order; empty for other deltas, and when the payload was erased.</summary>
    public ImmutableArray<KvChange> Changes { get; init; } = [];

    /// <summary>Who wrote it; empty for nobody in particular.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Writes that it follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Pairs that the writer gave, sorted by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>When it stops being worth a delivery, by the routes that brought it into a channel; null for never.</summary>
    public HybridTimestamp? ExpiresAt { get; init; }

    /// <summary>True for a marker: it came too late to be told, so payload and changes are left out.</summary>
    public bool IsExpired { get; init; }

    /// <summary>How urgent it is, by the routes that brought it into a channel.</summary>
    public RoutingPriority Priority { get; init; } = RoutingPriority.Normal;

    /// <summary>What is delivered of it at a moment: itself, or a marker once its time is over.</summary>
    public AgentDelta At(HybridTimestamp now) => ExpiresAt is { } end && end < now && !IsExpired
        ? this with { IsExpired = true, Payload = null, Changes = [] }
        : this;
}
