using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A page of live keys.</summary>
public sealed record KvListPage
{
    /// <summary>Entries in key order.</summary>
    public required ImmutableArray<KvListEntry> Entries { get; init; }

    /// <summary>Pass as <see cref="KvListQuery.After"/> for the next page; null when this is the last.</summary>
    public required string? Next { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
