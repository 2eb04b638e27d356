using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A page of live keys over all partitions of a namespace.</summary>
/// <param name="Entries">Entries in key order.</param>
/// <param name="Next">The key to continue behind; null when this is the last page.</param>
/// <param name="AsOf">The one moment that the page holds for; pass it on for stable pages.</param>
public sealed record KvPage(ImmutableArray<KvListEntry> Entries, string? Next, HybridTimestamp AsOf);
