using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>
/// Asks one storage agent for the documents that pass a filter, among the next keys in their order. One call is one
/// bounded turn: at most <see cref="Limits.KeysScannedPerPageMax"/> keys and <see cref="Limits.QueryTurnBytesMax"/> bytes.
/// </summary>
public sealed record KvQuery
{
    /// <summary>Only keys that start with this; empty for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Only keys behind this one (exclusive); null for the beginning.</summary>
    public string? After { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>The filter as JSON; empty for all documents.</summary>
    public ReadOnlyMemory<byte> Filter { get; init; }

    /// <summary>Paths of the fields that rows carry; empty for whole documents.</summary>
    public ImmutableArray<string> Select { get; init; } = [];

    /// <summary>The order; empty for that of keys, in which a turn ends with its last row.</summary>
    public ImmutableArray<SortField> Sort { get; init; } = [];

    /// <summary>Paths of the fields to group by.</summary>
    public ImmutableArray<string> GroupBy { get; init; } = [];

    /// <summary>What to compute for each group, or for all documents when nothing is grouped by.</summary>
    public ImmutableArray<AggregateField> Aggregates { get; init; } = [];

    /// <summary>Rows at most; 0 counts matches only.</summary>
    public int RowCountMax { get; init; }

    /// <summary>With an order: only rows whose <see cref="KvQueryRow.Order"/> is above this; empty for all.</summary>
    public ReadOnlyMemory<byte> Above { get; init; }

    /// <summary>With an order: only rows whose <see cref="KvQueryRow.Order"/> is below this; empty for all.</summary>
    public ReadOnlyMemory<byte> Below { get; init; }

    /// <summary>Version of the slot map that the caller goes by: the agent answers for the slots it has in there. 0 for the newest.</summary>
    public long MapVersion { get; init; }

    /// <summary>Agents that the namespace has had, as far as the caller knows: where keys may lie that have moved.</summary>
    public int AgentCount { get; init; }

    /// <summary>True when groups are asked for rather than documents.</summary>
    public bool IsGrouped => !GroupBy.IsEmpty || !Aggregates.IsEmpty;
}
