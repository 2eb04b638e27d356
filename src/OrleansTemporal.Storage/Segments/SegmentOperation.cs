using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Segments;

/// <summary>What is remembered of a delta that came with an idempotency key, so that it is recognised when it comes again.</summary>
/// <param name="Key">The key in its scope; at most twice <see cref="Limits.KeyBytesMax"/> bytes of UTF-8.</param>
/// <param name="Salt">16 bytes.</param>
/// <param name="BodyHash">Salted hash of the request's body.</param>
/// <param name="Sequence">Sequence of the delta.</param>
/// <param name="SystemTime">System time of the delta.</param>
/// <param name="Root">The local root after it.</param>
public sealed record SegmentOperation(
    string Key, UInt128 Salt, Distinction BodyHash, long Sequence, HybridTimestamp SystemTime, Distinction Root);
