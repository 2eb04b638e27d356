using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Looks, in a verification, whether every payload of a timeline that is missing was let go by a later delta of the chain.
/// So nobody can pass off a removed payload as let go.
/// </summary>
internal sealed class ThinningAudit(int dimensions) : DeltaAudit
{
    private readonly HashSet<long> missing = [];
    private readonly List<long> replaced = [];

    public override void Visit(DeltaRecord delta)
    {
        if (delta.HasPayload && delta.IsReplaced)
        {
            replaced.Add(delta.Sequence);
        }
        else if (!delta.HasPayload)
        {
            missing.Add(delta.Sequence);
        }
        else if (delta.Kind == TimelineKinds.Thin)
        {
            var thinning = TimelineThinning.Read(delta.Payload.Span, dimensions);
            missing.ExceptWith(thinning.Groups.SelectMany(static group => group.LetGo).Select(static step => step.Sequence));
            missing.ExceptWith(thinning.Superseded);
        }
    }

    public override string? Fault() =>
        replaced.Count > 0 ? $"the payload of delta {replaced[0]} was replaced, which nothing does in a timeline"
        : missing.Count > 0 ? $"the payload of delta {missing.Min()} is missing, and nothing let it go"
        : null;
}
