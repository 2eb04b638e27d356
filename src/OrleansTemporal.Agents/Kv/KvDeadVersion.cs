using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>A version and when it was replaced.</summary>
/// <param name="Sequence">Its delta.</param>
/// <param name="Ordinal">Its place there.</param>
/// <param name="IsExpiry">Whether it is a tombstone of clean-up, which no history shows.</param>
/// <param name="ReplacedAt">System time of the next version of its key.</param>
internal readonly record struct KvDeadVersion(long Sequence, ushort Ordinal, bool IsExpiry, HybridTimestamp ReplacedAt);
