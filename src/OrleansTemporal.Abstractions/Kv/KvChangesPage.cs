using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Changes of one storage agent, in the order of its log.</summary>
public sealed record KvChangesPage
{
    /// <summary>The changes.</summary>
    public ImmutableArray<KvKeyChange> Changes { get; init; } = [];

    /// <summary>The newest sequence up to which changes are in; pass as <see cref="KvChangesQuery.AfterSequence"/>.</summary>
    public required long Sequence { get; init; }

    /// <summary>The moment up to which changes are in: that of the query, or an earlier one when there are more.</summary>
    public required HybridTimestamp Through { get; init; }

    /// <summary>True when slots have come or gone among these deltas: other agents may have changes by now.</summary>
    public bool HasMoved { get; init; }

    /// <summary>True when of some write only the place is left; its erasure, which comes later, names the key.</summary>
    public bool HasGaps { get; init; }

    /// <summary>What was valid at this moment, and all that came later, is kept; zero when everything is.</summary>
    public HybridTimestamp KeptFrom { get; init; }
}
