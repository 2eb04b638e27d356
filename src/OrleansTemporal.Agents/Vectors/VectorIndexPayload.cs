using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>
/// The payload of a delta that begins a collection, schema version 1: one JSON object with <c>collection</c> and the
/// settings. Small and rare, so it is readable rather than fast.
/// </summary>
internal static class VectorIndexPayload
{
    public static void Write(IBufferWriter<byte> payload, long collection, VectorSettings settings)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteNumber("collection", collection);
        VectorSettingsJson.WriteMembers(json, settings);
        json.WriteEndObject();
    }

    public static (long Collection, VectorSettings Settings) Read(ReadOnlyMemory<byte> payload, long sequence)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var settings = VectorSettingsJson.Decode(json.RootElement);
            settings.Validate();
            return (json.RootElement.GetProperty("collection").GetInt64(), settings);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or TemporalException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Vector delta {sequence} does not parse.", failure);
        }
    }
}
