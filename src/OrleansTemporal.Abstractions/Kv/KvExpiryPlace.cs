using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A place in the order of expiries: by instant, then by the bytes of the key.</summary>
/// <param name="ExpiresAt">The instant.</param>
/// <param name="Key">The key; null stands behind all keys of that instant.</param>
public sealed record KvExpiryPlace(HybridTimestamp ExpiresAt, string? Key);
