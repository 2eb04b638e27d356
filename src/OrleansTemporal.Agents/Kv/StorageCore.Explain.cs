using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        foreach (var change in DeltaDecoder.ChangesOf(delta, Encoder.AgentDigest))
        {
            draft.Add(KvExplanations.Of(change));
        }
    }
}
