namespace OrleansTemporal.Causality;

/// <summary>
/// Joins two distinctions into one. Deterministic and injective; neither commutative nor idempotent, since those two laws
/// are what makes a fold over bytes give different documents the same id.
/// </summary>
public static class Synthesis
{
    /// <summary>The tagged hash of left ‖ right. Cost: two SHA-256 blocks, about 0.4 µs; allocates nothing.</summary>
    public static Distinction Synthesize(in Distinction left, in Distinction right)
    {
        var prefix = TaggedHash.Prefix(HashTag.Synthesize);
        Span<byte> input = stackalloc byte[14 + (2 * Distinction.Size)];
        prefix.CopyTo(input);
        left.CopyTo(input[prefix.Length..]);
        right.CopyTo(input[(prefix.Length + Distinction.Size)..]);
        return TaggedHash.HashPrefixed(input);
    }
}
