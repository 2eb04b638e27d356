using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Subscriptions;

/// <summary>Deltas as CloudEvents 1.0: the attributes, the JSON format, and the escapes of the HTTP binding.</summary>
internal static class CloudEventFormat
{
    private const string Hexadecimal = "0123456789ABCDEF";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The attributes of an event; the first is its id. Source and id name a delta once and for all.</summary>
    internal static List<(string Name, string Value)> AttributesOf(WebhookEvent message)
    {
        var delta = message.Delta;
        List<(string Name, string Value)> attributes =
        [
            ("id", $"{delta.Agent}@{delta.Sequence.ToString(CultureInfo.InvariantCulture)}"),
            ("specversion", "1.0"),
            ("source", $"/v1/{delta.Agent.Workspace}/{AgentKinds.ToName(delta.Agent.Kind)}/{delta.Agent.Name}"),
            ("type", $"orleanstemporal.{delta.Kind}"),
            ("time", delta.SystemTime.ToString()),
            ("datacontenttype", "application/json"),
            ("subscription", message.Subscription),
            ("cursor", message.Cursor.ToString()),
            ("root", delta.Root.ToString()),
        ];
        if (message.Explanation.Changes is [{ Key.Length: > 0 } only])
        {
            attributes.Add(("subject", only.Key));
        }

        return attributes;
    }

    /// <summary>The data of an event.</summary>
    internal static byte[] WriteData(WebhookEvent message) => Write(json => DeltaJson.WriteData(json, message.Explanation));

    /// <summary>An event whole, as one JSON object.</summary>
    internal static byte[] WriteStructured(List<(string Name, string Value)> attributes, WebhookEvent message) => Write(json =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in attributes)
        {
            json.WriteString(name, value);
        }

        json.WritePropertyName("data"u8);
        DeltaJson.WriteData(json, message.Explanation);
        json.WriteEndObject();
    });

    /// <summary>A value as a header has it: what is not printable ASCII, and the space, the quote and the percent sign, by percent-encoding of its UTF-8.</summary>
    internal static string EscapeHeader(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(value))
        {
            if (unit is > 0x20 and < 0x7F and not (byte)'"' and not (byte)'%')
            {
                escaped.Append((char)unit);
            }
            else
            {
                escaped.Append('%').Append(Hexadecimal[unit >> 4]).Append(Hexadecimal[unit & 15]);
            }
        }

        return escaped.ToString();
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
