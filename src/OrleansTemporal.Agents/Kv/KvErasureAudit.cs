using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Looks, in a verification, whether every payload that is missing or replaced was erased, or let go by policy, by a later
/// delta of the chain, and whether what stands in its place is what that delta commits to. So nobody can pass off a removed
/// payload as erased.
/// </summary>
internal sealed class KvErasureAudit(KvPendingErasures pending) : DeltaAudit
{
    // What stands in place of a payload: null for nothing.
    private readonly Dictionary<long, Distinction?> found = [];

    // What the erasures of each delta say is left of it, oldest first.
    private readonly Dictionary<long, List<Distinction?>> claims = [];

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

        if (delta.Kind == KvKinds.Erase || delta.Kind == KvKinds.Evict)
        {
            foreach (var erased in KvErasure.Read(delta.Facet).Deltas)
            {
                if (!claims.TryGetValue(erased.Sequence, out var known))
                {
                    claims.Add(erased.Sequence, known = new(1));
                }

                known.Add(erased.Commitment);
            }
        }
    }

    public override string? Fault()
    {
        foreach (var (sequence, commitment) in found)
        {
            if (!claims.TryGetValue(sequence, out var known))
            {
                return $"the payload of delta {sequence} is missing, and nobody erased it";
            }

            // As long as the bytes of the newest erasure are still to be removed, what an earlier one left may stand there.
            if (known[^1] != commitment && !(pending.Touches(sequence) && known.Contains(commitment)))
            {
                return $"what is left of delta {sequence} is not what its erasure commits to";
            }
        }

        return null;
    }
}
