using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Lifecycle;

internal sealed partial class LifecycleCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        if (OperationPayload.IsOf(delta.Kind))
        {
            var said = OperationPayload.Read(delta.Payload, delta.Sequence);
            draft.Add(new DeltaChange
            {
                Type = said.Outcome.IsEmpty && said.TakesOver == 0 ? ChangeType.Insert : ChangeType.Update,
                Key = $"operations/{said.Id}",
                Value = CanonicalJson.Canonicalize(delta.Payload.Span),
            });
            return;
        }

        var (policy, run) = LifecyclePayload.Read(delta.Payload, delta.Sequence, delta.SystemTime);
        draft.Add(new DeltaChange
        {
            Type = policy is null ? ChangeType.Insert : ChangeType.Update,
            Key = policy is null ? $"runs/{LifecycleProcesses.NameOf(run!.Process)}" : "policy",
            Value = CanonicalJson.Canonicalize(delta.Payload.Span),
        });
    }
}
