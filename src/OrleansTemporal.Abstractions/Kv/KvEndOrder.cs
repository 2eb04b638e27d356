using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Tells an agent of values that are over and that it has taken over with their slots.</summary>
public sealed record KvEndOrder
{
    /// <summary>The agent that wrote the values.</summary>
    public required AgentId Writer { get; init; }

    /// <summary>The agent that has handed the slots over to this one.</summary>
    public required AgentId Peer { get; init; }

    /// <summary>Version of the slot map that the hand-over led to.</summary>
    public required long MapVersion { get; init; }

    /// <summary>The values; at most <see cref="Limits.PageCountMax"/>.</summary>
    public required ImmutableArray<KvExpiringEntry> Entries { get; init; }

    /// <summary>True to count only.</summary>
    public bool CountsOnly { get; init; }
}
