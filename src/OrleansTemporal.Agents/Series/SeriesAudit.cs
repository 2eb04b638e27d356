using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>
/// Looks, in a verification, whether every payload of a stream that is missing was let go by a later delta of the chain. So
/// nobody can pass off a removed payload as let go.
/// </summary>
internal sealed class SeriesAudit : DeltaAudit
{
    private readonly SortedSet<long> missing = [];
    private long replaced;

    public override void Visit(DeltaRecord delta)
    {
        if (delta.HasPayload && delta.IsReplaced)
        {
            replaced = replaced == 0 ? delta.Sequence : replaced;
        }
        else if (!delta.HasPayload)
        {
            missing.Add(delta.Sequence);
        }
        else if (delta.Kind == SeriesKeepPayload.Keep)
        {
            foreach (var (first, last) in SeriesKeepPayload.Read(delta.Payload.Span).LetGo)
            {
                missing.ExceptWith([.. missing.GetViewBetween(first, Math.Min(last, delta.Sequence))]);
            }
        }
    }

    public override string? Fault() =>
        replaced > 0 ? $"the payload of delta {replaced} was replaced, which nothing does in a stream"
        : missing.Count > 0 ? $"the payload of delta {missing.Min} is missing, and nothing let it go"
        : null;
}
