using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Channels;

/// <summary>Settings of a channel as the catalog keeps them: <c>{"sources": [{"kind": "kv", "name": "orders"}]}</c>.</summary>
internal static class ChannelSettingsCodec
{
    public static readonly AgentKind[] Carried = [AgentKind.Kv, AgentKind.Series, AgentKind.Signals, AgentKind.Vectors, AgentKind.Timelines];

    /// <summary>Refuses settings that can not hold.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c> or <c>invalid_name</c>, naming the field.</exception>
    public static void Validate(ChannelSettings settings)
    {
        if (settings.Sources.IsDefault || settings.Sources.Length > Limits.ChannelSourcesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A channel has at most {Limits.ChannelSourcesMax} sources.") { Field = "sources", Limit = Limits.ChannelSourcesMax };
        }

        foreach (var source in settings.Sources)
        {
            if (!Carried.Contains(source.Kind))
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A source is one of {string.Join(", ", Carried.Select(AgentKinds.ToName))}.") { Field = "kind" };
            }

            _ = source.Name is null ? null : Names.Validate(source.Name, "name");
        }
    }

    public static byte[] Write(ChannelSettings settings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("sources");
            foreach (var source in settings.Sources)
            {
                json.WriteStartObject();
                json.WriteString("kind", AgentKinds.ToName(source.Kind));
                if (source.Name is not null)
                {
                    json.WriteString("name", source.Name);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("open", settings.IsOpen);
            json.WriteString("guarantee", SubscriptionJson.NameOf(settings.Guarantee));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static ChannelSettings Read(ReadOnlyMemory<byte> settings)
    {
        using var json = JsonDocument.Parse(settings);
        return new ChannelSettings
        {
            Sources = [.. json.RootElement.GetProperty("sources").EnumerateArray().Select(static source => new ChannelSource
            {
                Kind = AgentKinds.TryParse(source.GetProperty("kind").GetString(), out var kind) ? kind : default,
                Name = source.TryGetProperty("name", out var name) ? name.GetString() : null,
            })],

            IsOpen = json.RootElement.TryGetProperty("open", out var open) && open.GetBoolean(),

            // Channels of earlier releases say nothing of it.
            Guarantee = json.RootElement.TryGetProperty("guarantee", out var name) && SubscriptionJson.TryParse(name.GetString(), out var guarantee) ? guarantee : DeliveryGuarantee.AtLeastOnce,
        };
    }
}
