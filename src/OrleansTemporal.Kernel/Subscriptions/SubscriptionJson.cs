using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>A subscription's definition as JSON: as its log and the catalog have it, and as REST shows it.</summary>
public static class SubscriptionJson
{
    private static readonly (DeliveryGuarantee Value, string Name)[] Guarantees =
        [(DeliveryGuarantee.AtMostOnce, "atMostOnce"), (DeliveryGuarantee.AtLeastOnce, "atLeastOnce"), (DeliveryGuarantee.ExactlyOnce, "exactlyOnce")];

    /// <summary>The name of a guarantee.</summary>
    public static string NameOf(DeliveryGuarantee guarantee) => Array.Find(Guarantees, pair => pair.Value == guarantee).Name;

    /// <summary>The guarantee of a name; false when there is none.</summary>
    public static bool TryParse(string? name, out DeliveryGuarantee guarantee)
    {
        guarantee = Array.Find(Guarantees, pair => pair.Name == name).Value;
        return guarantee != default;
    }

    /// <summary>The name of a status.</summary>
    public static string NameOf(SubscriptionStatus status) => status switch
    {
        SubscriptionStatus.Active => "active",
        SubscriptionStatus.Paused => "paused",
        SubscriptionStatus.Backpressured => "backpressured",
        _ => "disconnected",
    };

    /// <summary>The name of a mode.</summary>
    public static string NameOf(WebhookMode mode) => mode == WebhookMode.Structured ? "structured" : "binary";

    /// <summary>Writes a definition whole.</summary>
    public static byte[] Write(SubscriptionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, definition, withSecret: true);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the members of what is shown of a subscription into an open object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SubscriptionInfo info)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(info);
        json.WriteString("id", info.Id);
        json.WriteString("cursor", info.State.Acknowledged.ToString());
        json.WriteString("status", NameOf(info.State.Status));
        WriteMembers(json, info.Definition, withSecret: false);
        json.WriteStartObject("metrics");
        json.WriteNumber("received", info.State.Received);
        json.WriteNumber("acknowledged", info.State.AcknowledgedCount);
        json.WriteNumber("redelivered", info.State.Redelivered);
        json.WriteNumber("pending", info.State.Pending);
        json.WriteNumber("dead", info.State.DeadCount);
        json.WriteNumber("lag", info.Lag);
        json.WriteNumber("backpressureEvents", info.State.BackpressureEvents);
        json.WriteNumber("avgAckMs", Math.Round(info.State.MeanMillisecondsToAcknowledge, 3));
        json.WriteEndObject();
        json.WriteString("createdAt", info.CreatedAt.ToString());
        if (info.State.StateHash is { } hash)
        {
            json.WriteString("stateHash", hash.ToString());
        }
    }

    /// <summary>Writes the members of a channel's settings into an open object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(settings);
        json.WriteString("guarantee", NameOf(settings.Guarantee));
        json.WriteBoolean("open", settings.IsOpen);
        WriteSources(json, settings);
    }

    /// <summary>Writes the sources of a channel into an open object.</summary>
    public static void WriteSources(Utf8JsonWriter json, ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(settings);
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
    }

    /// <summary>Writes the members of a channel's metrics into an open object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ChannelMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(metrics);
        json.WriteNumber("published", metrics.Published);
        json.WriteNumber("delivered", metrics.Delivered);
        json.WriteNumber("avgLatencyMs", Math.Round(metrics.MeanMillisecondsToDeliver, 3));
        json.WriteNumber("subscriberCount", metrics.SubscriberCount);
        json.WriteNumber("agentCount", metrics.AgentCount);
    }

    /// <summary>Writes the members of a definition into an open object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="withSecret">False for eyes: without the secret of the webhook and what only the system reads.</param>
    public static void WriteMembers(Utf8JsonWriter json, SubscriptionDefinition definition, bool withSecret)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(definition);
        json.WriteString("name", definition.Name);
        json.WriteStartArray("channels");
        foreach (var channel in definition.Channels)
        {
            json.WriteStringValue(channel);
        }

        json.WriteEndArray();
        json.WriteString("guarantee", NameOf(definition.Guarantee));
        json.WritePropertyName("filter");
        SubscriptionFilterJson.Write(json, definition.Filter);
        json.WriteString("lease", Durations.Format(definition.Lease));
        json.WriteNumber("maxTries", definition.MaxTries);
        if (withSecret)
        {
            json.WriteString("source", definition.Source);
            json.WriteString("start", definition.Start.ToString());
            json.WriteNumber("since", definition.Since.Value);
        }

        if (definition.Webhook is { } webhook)
        {
            json.WriteStartObject("webhook");
            json.WriteString("url", webhook.Url);
            json.WriteString("mode", NameOf(webhook.Mode));
            if (withSecret && webhook.Secret is not null)
            {
                json.WriteString("secret", webhook.Secret);
            }
            else if (!withSecret)
            {
                json.WriteBoolean("signed", webhook.Secret is not null);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Writes the members of a definition into an open object as users see them.</summary>
    public static void WriteShown(Utf8JsonWriter json, SubscriptionDefinition definition) => WriteMembers(json, definition, withSecret: false);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SubscriptionDefinition Read(ReadOnlyMemory<byte> definition)
    {
        try
        {
            using var json = JsonDocument.Parse(definition);
            return Read(json.RootElement);
        }
        catch (Exception failure) when (failure is TemporalException { Kind: ErrorKind.Invalid } or JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "The definition of a subscription does not parse.", failure);
        }
    }

    internal static SubscriptionDefinition Read(JsonElement json) => new()
    {
        Name = json.GetProperty("name").GetString()!,
        Channels = [.. json.GetProperty("channels").EnumerateArray().Select(static channel => channel.GetString()!)],
        Source = json.GetProperty("source").GetString()!,
        Guarantee = TryParse(json.GetProperty("guarantee").GetString(), out var guarantee) ? guarantee : throw new FormatException("guarantee"),
        Filter = json.TryGetProperty("filter", out var filter) ? SubscriptionFilterJson.Read(filter, "filter") : new SubscriptionFilter(),
        Start = ChannelCursor.Parse(json.GetProperty("start").GetString()!),
        Since = new HybridTimestamp(json.GetProperty("since").GetUInt64()),
        Lease = Durations.TryParse(json.GetProperty("lease").GetString()!, out var lease) ? lease : throw new FormatException("lease"),
        MaxTries = json.GetProperty("maxTries").GetInt32(),
        Webhook = json.TryGetProperty("webhook", out var webhook)
            ? new WebhookTarget
            {
                Url = webhook.GetProperty("url").GetString()!,
                Mode = webhook.GetProperty("mode").GetString() == "structured" ? WebhookMode.Structured : WebhookMode.Binary,
                Secret = webhook.TryGetProperty("secret", out var secret) ? secret.GetString() : null,
            }
            : null,
    };
}
