using System.Buffers;
using System.Text.Json;

namespace OrleansTemporal.Timelines;

/// <summary>The payload of a delta that says what an observer is from there on, schema version 1: a JSON object; with <c>error</c> it says what it was refused, and changes nothing else.</summary>
internal static class ObserverNotes
{
    public static void Write(IBufferWriter<byte> writer, string name, ObserverPolicy policy, ObserverStatus status, string reason, ObserverFailure? failure = null)
    {
        using var json = new Utf8JsonWriter(writer);
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("status", ObserverJson.NameOf(status));
        json.WriteString("reason", reason);
        json.WriteStartObject("policy");
        ObserverJson.WriteMembers(json, policy);
        json.WriteEndObject();
        if (failure is { } error)
        {
            json.WriteStartObject("error");
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static (string Name, ObserverPolicy Policy, ObserverStatus Status, string Reason, ObserverFailure? Failure) Read(ReadOnlyMemory<byte> payload) => TimelineNotes.Read(payload, static root => (
        root.GetProperty("name").GetString()!,
        ObserverJson.Read(root.GetProperty("policy")),
        ObserverJson.ParseStatus(root.GetProperty("status").GetString()!),
        root.GetProperty("reason").GetString()!,
        root.TryGetProperty("error", out var error) ? new ObserverFailure(error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!) : (ObserverFailure?)null));
}
