using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A page of a query's answer.</summary>
public sealed record KvQueryResult
{
    /// <summary>Documents; empty when groups were asked for.</summary>
    public ImmutableArray<KvQueryRow> Rows { get; init; } = [];

    /// <summary>Groups: one JSON object each.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Groups { get; init; } = [];

    /// <summary>Documents that pass, or groups, over all pages; null when it was not asked for, or not all keys were looked at.</summary>
    public long? Total { get; init; }

    /// <summary>Where the next page begins; null when this is the last.</summary>
    public KvQueryCursor? Next { get; init; }

    /// <summary>The one moment that all pages hold for.</summary>
    public required HybridTimestamp AsOf { get; init; }

    /// <summary>How the page was found.</summary>
    public required KvQueryPlan Plan { get; init; }
}
