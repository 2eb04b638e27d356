using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A page of values that are going to end.</summary>
public sealed record KvExpiringPage
{
    /// <summary>Entries by expiry, then key.</summary>
    public required ImmutableArray<KvExpiringEntry> Entries { get; init; }

    /// <summary>Pass as <see cref="KvExpiringQuery.After"/> for the next page; null when this is the last.</summary>
    public required KvExpiryPlace? Next { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
