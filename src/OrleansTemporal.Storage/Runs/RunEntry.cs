using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Runs;

/// <summary>What a run says of one write of a key. The value itself is found by sequence in a segment.</summary>
/// <param name="Sequence">The delta's sequence.</param>
/// <param name="Ordinal">The write's place in the delta.</param>
/// <param name="Flags">The facet's own bits (deleted, and so on).</param>
/// <param name="SystemTime">The delta's system time.</param>
/// <param name="Expiry">When the value ends; zero when it does not.</param>
public readonly record struct RunEntry(long Sequence, ushort Ordinal, byte Flags, HybridTimestamp SystemTime, HybridTimestamp Expiry = default);
