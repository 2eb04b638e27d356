using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Looks, in a verification, whether every payload that is missing or replaced was erased by a later delta of the chain, and
/// whether what stands in its place is what that delta commits to. So nobody can pass off a removed payload as erased.
/// </summary>
internal sealed class KvErasureAudit : DeltaAudit
{
    // What stands in place of a payload: null for nothing.
    private readonly Dictionary<long, Distinction?> found = [];

    public override void Visit(DeltaRecord delta)
    {
        if (!delta.HasPayload)
        {
            found[delta.Sequence] = null;
        }
        else if (delta.IsReplaced)
        {
            found[delta.Sequence] = delta.CommitmentOfPayload();
        }

        if (delta.Kind == KvKinds.Erase)
        {
            foreach (var erased in KvErasure.Read(delta.Facet).Deltas)
            {
                claims[erased.Sequence] = erased.Commitment;
            }
        }
    }

    // The newest erasure of each delta.
    private readonly Dictionary<long, Distinction?> claims = [];

    public override string? Fault()
    {
        foreach (var (sequence, commitment) in found)
        {
            if (!claims.TryGetValue(sequence, out var claim))
            {
                return $"the payload of delta {sequence} is missing, and nobody erased it";
            }

            if (claim != commitment)
            {
                return $"what is left of delta {sequence} is not what its erasure commits to";
            }
        }

        return null;
    }
}
