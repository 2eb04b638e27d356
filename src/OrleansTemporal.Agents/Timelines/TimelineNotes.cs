using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// The payloads of a timeline's small and rare deltas, schema version 1: JSON objects, readable rather than fast. A
/// definition is as <see cref="TimelineJson"/> writes it.
/// </summary>
internal static class TimelineNotes
{
    public const ushort SchemaVersion = 1;

    public static void WriteBranch(IBufferWriter<byte> writer, string name, string from, long fork, bool isRemoved)
    {
        using var json = new Utf8JsonWriter(writer);
        json.WriteStartObject();
        json.WriteString("name", name);
        if (isRemoved)
        {
            json.WriteBoolean("removed", true);
        }
        else
        {
            json.WriteString("from", from);
            json.WriteNumber("fork", fork);
        }

        json.WriteEndObject();
    }

    public static (string Name, string From, long Fork, bool IsRemoved) ReadBranch(ReadOnlyMemory<byte> payload) => Read(payload, static root =>
        root.TryGetProperty("removed", out _)
            ? (root.GetProperty("name").GetString()!, "", 0L, true)
            : (root.GetProperty("name").GetString()!, root.GetProperty("from").GetString()!, root.GetProperty("fork").GetInt64(), false));

    public static void WriteMark(IBufferWriter<byte> writer, TimelineMark mark)
    {
        using var json = new Utf8JsonWriter(writer);
        json.WriteStartObject();
        json.WriteNumber("sequence", mark.Sequence);
        json.WriteString("label", mark.Label);
        json.WriteString("note", mark.Note);
        json.WriteEndObject();
    }

    public static TimelineMark ReadMark(ReadOnlyMemory<byte> payload, HybridTimestamp systemTime) => Read(payload, root => new TimelineMark
    {
        Sequence = root.GetProperty("sequence").GetInt64(),
        Label = root.GetProperty("label").GetString()!,
        Note = root.GetProperty("note").GetString()!,
        SystemTime = systemTime,
    });

    public static TimelineDefinition ReadDefinition(ReadOnlyMemory<byte> payload) => Read(payload, static root => TimelineJson.Read(root));

    public static T Read<T>(ReadOnlyMemory<byte> payload, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return read(json.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or TemporalException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A delta of a timeline does not parse.", failure);
        }
    }
}
