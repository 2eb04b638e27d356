using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks for live keys in the order of their UTF-8 bytes.</summary>
public sealed record KvListQuery
{
    /// <summary>Only keys that start with this; empty for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Only keys behind this one (exclusive); null for the beginning.</summary>
    public string? After { get; init; }

    /// <summary>Keys at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>When true each entry carries its value too.</summary>
    public bool WithValues { get; init; }

    /// <summary>Version of the slot map that the caller goes by: the agent answers for the slots it has in there. 0 for the newest.</summary>
    public long MapVersion { get; init; }

    /// <summary>Agents that the namespace has had, as far as the caller knows: where keys may lie that have moved.</summary>
    public int AgentCount { get; init; }

    /// <summary>
    /// When set, what this agent alone has of keys of these slots, asked by who has them now: the newest version of its own
    /// before the moment, tombstones included, at the time that ranks it among those of the other agents.
    /// </summary>
    public SlotSet? OwnOf { get; init; }

    /// <summary>With <see cref="OwnOf"/>: the moment of the question that this is a part of. What is kept is told by it.</summary>
    public HybridTimestamp AskedAt { get; init; }
}
