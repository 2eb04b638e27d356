namespace OrleansTemporal.Causality;

/// <summary>
/// What makes a write recognisable when it is sent again: the idempotency key in its scope, and a digest of the whole
/// request that it came with.
/// </summary>
/// <param name="Key">Scope and client's key in one text; at most <see cref="Limits.KeyBytesMax"/> × 2 bytes of UTF-8.</param>
/// <param name="BodyDigest">SHA-256 of the request; stored only salted, so that it dies with an erased payload.</param>
public sealed record OperationStamp(string Key, Distinction BodyDigest);
