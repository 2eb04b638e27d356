using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A live value that is going to end.</summary>
/// <param name="Key">The key.</param>
/// <param name="WriteId">Id of its live version.</param>
/// <param name="SystemTime">System time of that version.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record KvExpiringEntry(string Key, WriteId WriteId, HybridTimestamp SystemTime, HybridTimestamp ExpiresAt);
