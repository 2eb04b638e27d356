using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Catalog;

/// <summary>
/// The payload of a catalog delta, schema version 1: one JSON object with <c>kind</c>, <c>name</c>, <c>removed</c> or
/// <c>settings</c> and <c>slots</c> (base64). Small and rare, so it is readable rather than fast.
/// </summary>
internal static class CatalogPayload
{
    public const ushort SchemaVersion = 1;

    public static DeltaKind Register { get; } = DeltaKind.Parse("pulse.registerAgent");

    public static DeltaKind Unregister { get; } = DeltaKind.Parse("pulse.unregisterAgent");

    public static void Write(IBufferWriter<byte> payload, AgentKind kind, string name, bool removed, ReadOnlySpan<byte> settings, ReadOnlySpan<byte> slotMap)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("kind", AgentKinds.ToName(kind));
        json.WriteString("name", name);
        if (removed)
        {
            json.WriteBoolean("removed", true);
        }
        else
        {
            json.WritePropertyName("settings");
            json.WriteRawValue(settings);
            json.WriteBase64String("slots", slotMap);
        }

        json.WriteEndObject();
    }

    public static CatalogEntry Read(ReadOnlyMemory<byte> payload, long sequence, HybridTimestamp systemTime)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            var removed = root.TryGetProperty("removed", out _);
            return new CatalogEntry
            {
                Kind = AgentKinds.TryParse(root.GetProperty("kind").GetString(), out var kind) ? kind : throw Malformed(sequence, null),
                Name = root.GetProperty("name").GetString() ?? throw Malformed(sequence, null),
                Settings = removed ? default : System.Text.Encoding.UTF8.GetBytes(root.GetProperty("settings").GetRawText()),
                SlotMap = removed ? default : root.GetProperty("slots").GetBytesFromBase64(),
                Sequence = sequence,
                SystemTime = systemTime,
                IsRemoved = removed,
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw Malformed(sequence, failure);
        }
    }

    private static TemporalException Malformed(long sequence, Exception? inner) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Catalog delta {sequence} does not parse.", inner);
}
