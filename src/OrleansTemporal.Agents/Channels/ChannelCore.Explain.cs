using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

internal sealed partial class ChannelCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        foreach (var range in ChannelPayload.Read(delta.Payload))
        {
            draft.Add(new DeltaChange
            {
                Type = ChangeType.Insert,
                Key = range.Agent.ToString(),
                Value = DeltaExplanationDraft.ObjectOf(range, static (json, one) =>
                {
                    json.WriteNumber("first", one.First);
                    json.WriteNumber("last", one.Last);
                    json.WriteBoolean("routed", one.IsRouted);
                }),
            });
        }
    }
}
