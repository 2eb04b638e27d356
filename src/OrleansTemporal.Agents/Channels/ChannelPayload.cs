using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>
/// The payload of a channel's delta: one JSON object whose <c>ranges</c> are arrays of an agent's text, the first and the last
/// sequence. Schema version 2 adds <c>true</c> behind them when only what routes lead there is carried.
/// </summary>
internal static class ChannelPayload
{
    private const int RoutedAt = 3;

    public static DeltaKind Kind { get; } = DeltaKind.Parse("subscription.notify");

    /// <summary>The schema version of a delta with these ranges: the oldest that can say it.</summary>
    public static ushort SchemaVersionOf(IReadOnlyList<DeltaRange> ranges) => ranges.Any(static range => range.IsRouted) ? (ushort)2 : (ushort)1;

    public static void Write(IBufferWriter<byte> payload, IReadOnlyList<DeltaRange> ranges)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteStartArray("ranges");
        foreach (var range in ranges)
        {
            json.WriteStartArray();
            json.WriteStringValue(range.Agent.ToString());
            json.WriteNumberValue(range.First);
            json.WriteNumberValue(range.Last);
            if (range.IsRouted)
            {
                json.WriteBooleanValue(true);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The ranges of a delta.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static ImmutableArray<DeltaRange> Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return [.. json.RootElement.GetProperty("ranges").EnumerateArray().Select(static range => new DeltaRange(
                AgentId.Parse(range[0].GetString()!), range[1].GetInt64(), range[2].GetInt64(), range.GetArrayLength() > RoutedAt && range[RoutedAt].GetBoolean()))];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A channel's delta does not parse.", failure);
        }
    }
}
