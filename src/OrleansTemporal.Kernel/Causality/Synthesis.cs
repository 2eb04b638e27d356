namespace OrleansTemporal.Causality;

/// <summary>
/// Joins two distinctions into one. Deterministic and injective; neither commutative nor idempotent, since those two laws
/// are what makes a fold over bytes give different documents the same id.
/// </summary>
public static class Synthesis
{
    /// <summary>The tagged hash of left ‖ right. Cost: two SHA-256 blocks, about 0.1 µs; allocates nothing.</summary>
    public static Distinction Synthesize(in Distinction left, in Distinction right)
    {
        var prefix = TaggedHash.Prefix(HashTag.Synthesize);
        Span<byte> input = stackalloc byte[14 + (2 * Distinction.Size)];
        prefix.CopyTo(input);
        left.CopyTo(input[prefix.Length..]);
        right.CopyTo(input[(prefix.Length + Distinction.Size)..]);
        return TaggedHash.HashPrefixed(input);
    }

    /// <summary>
    /// One distinction for an action over several agents: their roots in order, then the action, synthesized from the left.
    /// Cost: one hash for each root.
    /// </summary>
    /// <param name="roots">Local roots, in an order that the caller fixes.</param>
    /// <param name="action">What is done with all of them.</param>
    /// <returns>Null when there is no root: nothing is done with nobody.</returns>
    public static Distinction? Across(ReadOnlySpan<Distinction> roots, in Distinction action)
    {
        if (roots.IsEmpty)
        {
            return null;
        }

        var joined = roots[0];
        foreach (var root in roots[1..])
        {
            joined = Synthesize(joined, root);
        }

        return Synthesize(joined, action);
    }
}
