using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Catalog;

internal sealed partial class CatalogCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        var entry = CatalogPayload.Read(delta.Payload, delta.Sequence, delta.SystemTime);
        draft.Add(new DeltaChange
        {
            Type = entry.IsRemoved ? ChangeType.Delete : WasThereBefore(entry) ? ChangeType.Update : ChangeType.Insert,
            Key = $"{AgentKinds.ToName(entry.Kind)}/{entry.Name}",
            Value = entry.Settings.IsEmpty ? default : CanonicalJson.Canonicalize(entry.Settings.Span),
        });
    }

    private bool WasThereBefore(CatalogEntry entry)
    {
        lock (Gate)
        {
            return entries[(entry.Kind, entry.Name)].FindLast(version => version.Sequence < entry.Sequence) is { IsRemoved: false };
        }
    }
}
