using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>One document that passed.</summary>
/// <param name="Key">The key.</param>
/// <param name="WriteId">Id of its live version.</param>
/// <param name="SystemTime">System time of that version.</param>
/// <param name="Value">Canonical JSON: the document, or an object of the fields asked for.</param>
public sealed record KvQueryRow(string Key, WriteId WriteId, HybridTimestamp SystemTime, ReadOnlyMemory<byte> Value)
{
    /// <summary>Where the row stands in the order of the query: compares byte by byte; empty without an order.</summary>
    public ReadOnlyMemory<byte> Order { get; init; }

    /// <summary>When the value ends; zero for never.</summary>
    public HybridTimestamp ExpiresAt { get; init; }
}
