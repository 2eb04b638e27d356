using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Lifecycle;

internal sealed partial class LifecycleCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        var (policy, run) = LifecyclePayload.Read(delta.Payload, delta.Sequence, delta.SystemTime);
        draft.Add(new DeltaChange
        {
            Type = policy is null ? ChangeType.Insert : ChangeType.Update,
            Key = policy is null ? $"runs/{LifecycleProcesses.NameOf(run!.Process)}" : "policy",
            Value = CanonicalJson.Canonicalize(delta.Payload.Span),
        });
    }
}
