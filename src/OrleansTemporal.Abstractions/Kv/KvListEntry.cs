using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>One live key of a list.</summary>
/// <param name="Key">The key.</param>
/// <param name="WriteId">Id of its live version.</param>
/// <param name="SystemTime">System time of that version.</param>
public sealed record KvListEntry(string Key, WriteId WriteId, HybridTimestamp SystemTime)
{
    /// <summary>Canonical JSON, when the query asked for values.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>True when the key has no value: a tombstone or an erased version, shown only to who asks with <see cref="KvListQuery.OwnOf"/>.</summary>
    public bool IsGone { get; init; }

    /// <summary>When the value ends; zero for never.</summary>
    public HybridTimestamp ExpiresAt { get; init; }
}
