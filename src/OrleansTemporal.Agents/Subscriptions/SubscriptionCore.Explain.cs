using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

internal sealed partial class SubscriptionCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        using var payload = JsonDocument.Parse(delta.Payload);
        var said = payload.RootElement;
        if (delta.Kind == SubscriptionPayload.Subscribe)
        {
            draft.Add(ChangeOf(ChangeType.Insert, SubscriptionJson.Read(delta.Payload), SubscriptionJson.WriteShown));
        }
        else if (delta.Kind == SubscriptionPayload.Unsubscribe)
        {
            draft.Add(ChangeOf(ChangeType.Delete, DefinitionNow(), SubscriptionJson.WriteShown));
        }
        else if (delta.Kind == SubscriptionPayload.Deliver)
        {
            var time = delta.SystemTime;
            draft.Add(ChangeOf(ChangeType.Update, said, (json, one) => WriteDelivery(json, one, time)));
        }
        else if (delta.Kind == SubscriptionPayload.Acknowledge || delta.Kind == SubscriptionPayload.Backpressure)
        {
            draft.Add(ChangeOf(ChangeType.Update, said, static (json, one) =>
            {
                foreach (var member in one.EnumerateObject())
                {
                    member.WriteTo(json);
                }
            }));
        }
    }

    private DeltaChange ChangeOf<T>(ChangeType type, T said, Action<Utf8JsonWriter, T> write) =>
        new() { Type = type, Key = Id.Name, Value = DeltaExplanationDraft.ObjectOf(said, write) };

    // It never changes while the subscription is there.
    private SubscriptionDefinition DefinitionNow()
    {
        lock (Gate)
        {
            return progress.Definition!;
        }
    }

    private static void WriteDelivery(Utf8JsonWriter json, JsonElement said, HybridTimestamp time)
    {
        json.WriteNumber("count", said.GetProperty("deltas").EnumerateArray().Sum(static row => row.GetArrayLength() - 1));
        json.WriteString("cursor", said.GetProperty("to").GetString());
        if (said.TryGetProperty("oldest", out var oldest))
        {
            json.WriteNumber("latencyMs", Math.Max(0, time.Milliseconds - new HybridTimestamp(oldest.GetUInt64()).Milliseconds));
        }
    }
}
