using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>Follows a chain of local roots: <c>root(n) = Synthesize(root(n − 1), action(n))</c>.</summary>
public static class RootChain
{
    /// <summary>The root after a delta. Cost: two hashes, about a microsecond.</summary>
    public static Distinction Advance(Distinction root, in DeltaRecord delta) =>
        Synthesis.Synthesize(root, delta.ActionDistinction());

    /// <summary>
    /// Takes one step and checks it: the sequence follows without a gap, system time rises, and a payload that is there is
    /// the one that was committed to. What the root should be is for the caller to compare, and what an erasure has left of
    /// a payload is for the facet, whose later delta commits to it.
    /// </summary>
    /// <param name="position">Where the chain stands.</param>
    /// <param name="delta">The next delta of the same agent.</param>
    /// <returns>Where the chain stands after it.</returns>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>corrupt</c>; the message names the sequence.</exception>
    public static ChainPosition Advance(in ChainPosition position, in DeltaRecord delta)
    {
        if (delta.Sequence != position.Sequence + 1)
        {
            throw Break(delta, $"follows sequence {position.Sequence}");
        }

        if (delta.SystemTime <= position.SystemTime)
        {
            throw Break(delta, $"has system time {delta.SystemTime}, not after {position.SystemTime}");
        }

        if (delta.HasPayload && !delta.IsReplaced && !delta.VerifyCommitment())
        {
            throw Break(delta, "has a payload other than the one that its header commits to");
        }

        return new ChainPosition(delta.Sequence, delta.SystemTime, Advance(position.Root, delta));
    }

    private static TemporalException Break(in DeltaRecord delta, string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"Delta {delta.Sequence} of {delta.Agent} {problem}.");
}
