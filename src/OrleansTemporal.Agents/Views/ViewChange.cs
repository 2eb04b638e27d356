using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>What a key was from a time on, until its next change.</summary>
/// <param name="Key">The key.</param>
/// <param name="Time">When it changed.</param>
/// <param name="Version">Its value as of then; null for none.</param>
/// <param name="IsErased">True when everything before is to be forgotten.</param>
internal readonly record struct ViewChange(string Key, ulong Time, KvVersion? Version, bool IsErased);
