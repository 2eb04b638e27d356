using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Signals;

internal sealed partial class SignalLedgerCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        if (delta.Kind == SignalKinds.Define)
        {
            var schema = ReadSchema(delta.Payload);
            draft.Add(new DeltaChange
            {
                Type = delta.Sequence == 1 ? ChangeType.Insert : ChangeType.Update,
                Key = "",
                Value = DeltaExplanationDraft.ObjectOf(schema, SignalSchemaJson.WriteMembers),
            });
            return;
        }

        if (delta.Kind != SignalKinds.Heat)
        {
            return;
        }

        // A schema only ever grows, so a number of a type means in the newest one what it meant then.
        var types = plan.Schema.Types;
        draft.AddsUp = true;
        foreach (var one in new SignalPayloadReader(delta.Payload.Span))
        {
            if (IsRepeat(delta.Facet, one.Ordinal))
            {
                continue;
            }

            if (!draft.HasRoom())
            {
                draft.AddMagnitude(one.Weight);
                continue;
            }

            var value = DeltaExplanationDraft.ObjectOf((Signal: types[one.Type].Name, one.Time, one.Weight), static (json, seen) =>
            {
                json.WriteString("signal", seen.Signal);
                if (seen.Time is { } time)
                {
                    json.WriteString("time", time.ToString());
                }

                json.WriteNumber("weight", seen.Weight);
            });
            draft.Add(new DeltaChange { Type = ChangeType.Insert, Key = Encoding.UTF8.GetString(one.Entity), Value = value, Magnitude = one.Weight });
        }
    }
}
