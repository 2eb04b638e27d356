using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>That something happened to a key; what it has come to, the key is to be asked.</summary>
/// <param name="Key">The key.</param>
/// <param name="SystemTime">When.</param>
/// <param name="IsErased">True when earlier versions of it were erased.</param>
public readonly record struct KvKeyChange(string Key, HybridTimestamp SystemTime, bool IsErased);
