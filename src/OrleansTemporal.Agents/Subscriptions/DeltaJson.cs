using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A delta as subscribers get it, over whatever way.</summary>
public static class DeltaJson
{
    /// <summary>Writes it as an object.</summary>
    public static void Write(Utf8JsonWriter json, AgentDelta delta, DeltaExplanation explanation, ChannelCursor cursor)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        WriteMembers(json, delta, explanation, cursor);
        json.WriteEndObject();
    }

    /// <summary>Writes its members.</summary>
    public static void WriteMembers(Utf8JsonWriter json, AgentDelta delta, DeltaExplanation explanation, ChannelCursor cursor)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(explanation);
        json.WriteString("agent"u8, delta.Agent.ToString());
        json.WriteNumber("sequence"u8, delta.Sequence);
        json.WriteString("systemTime"u8, delta.SystemTime.ToString());
        json.WriteString("kind"u8, delta.Kind.ToString());
        WritePayload(json, delta, explanation);
        json.WriteString("root"u8, delta.Root.ToString());
        json.WriteString("cursor"u8, cursor.ToString());
        if (!delta.Metadata.IsEmpty)
        {
            json.WriteStartObject("metadata"u8);
            foreach (var (key, value) in delta.Metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>What it says: of one change its key, its type and its value; of several a list of these.</summary>
    public static void WriteData(Utf8JsonWriter json, DeltaExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(explanation);
        if (explanation is { IsErased: false, Changes: [var only] })
        {
            WriteValue(json, only);
            return;
        }

        json.WriteStartArray();
        foreach (var change in explanation.Changes)
        {
            json.WriteStartObject();
            WriteNames(json, change);
            json.WritePropertyName("value"u8);
            WriteValue(json, change);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePayload(Utf8JsonWriter json, AgentDelta delta, DeltaExplanation explanation)
    {
        if (delta.IsExpired)
        {
            json.WriteNull("payload"u8);
            json.WriteBoolean("expired"u8, true);
            return;
        }

        if (explanation.IsErased)
        {
            json.WriteNull("payload"u8);
            json.WriteBoolean("erased"u8, true);
            return;
        }

        if (explanation.Changes is [var only])
        {
            WriteNames(json, only);
        }

        json.WritePropertyName("payload"u8);
        WriteData(json, explanation);
        if (explanation.IsCut)
        {
            json.WriteBoolean("cut"u8, true);
        }
    }

    private static void WriteNames(Utf8JsonWriter json, DeltaChange change)
    {
        json.WriteString("key"u8, change.Key);
        if (change.Type is { } type)
        {
            json.WriteString("change"u8, ChangeTypes.NameOf(type));
        }
        else
        {
            json.WriteBoolean("erased"u8, true);
        }

        if (change.IsEncrypted)
        {
            json.WriteBoolean("encrypted"u8, true);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, DeltaChange change)
    {
        if (change.Value.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            // Canonical JSON of this service.
            json.WriteRawValue(change.Value.Span, skipInputValidation: true);
        }
    }
}
