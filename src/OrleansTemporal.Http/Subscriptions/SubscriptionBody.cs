using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Subscriptions;

/// <summary>Reads requests for subscriptions.</summary>
internal static class SubscriptionBody
{
    /// <summary>The order of a body.</summary>
    internal static SubscriptionOrder Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        var order = new SubscriptionOrder { Channels = [] };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            order = property.Name switch
            {
                "name" => order with { Name = JsonBody.GetText(value, "name") },
                "channels" => order with { Channels = ReadChannels(value) },
                "filter" => order with { Filter = SubscriptionFilterJson.Read(value, "filter") },
                "from" => order with { From = JsonBody.GetText(value, "from") },
                "lease" => order with { Lease = ReadDuration(value, "lease") },
                "maxTries" => order with { MaxTries = ReadNumber(value, "maxTries") },
                "webhook" => order with { Webhook = value.ValueKind == JsonValueKind.Null ? null : ReadWebhook(value) },
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        return order;
    }

    /// <summary>The cursor of a body that has only that.</summary>
    internal static ChannelCursor ReadCursor(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ChannelCursor? cursor = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            cursor = property.Name == "cursor"
                ? ChannelCursor.TryParse(JsonBody.GetText(property.Value, "cursor"), out var read) ? read : throw JsonBody.Invalid("cursor", "'cursor' is what an answer carried.")
                : throw JsonBody.Unknown(property.Name);
        }

        return cursor ?? throw JsonBody.Invalid("cursor", "'cursor' is needed.");
    }

    /// <summary>The cursor of an acknowledgement, and the hash of the state that the subscriber has come to.</summary>
    internal static (ChannelCursor Cursor, Distinction? StateHash) ReadAcknowledgement(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ChannelCursor? cursor = null;
        Distinction? hash = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "cursor":
                    cursor = ChannelCursor.TryParse(JsonBody.GetText(property.Value, "cursor"), out var read) ? read : throw JsonBody.Invalid("cursor", "'cursor' is what an answer carried.");
                    break;
                case "stateHash" when property.Value.ValueKind == JsonValueKind.Null:
                    break;
                case "stateHash":
                    hash = Distinction.TryParse(JsonBody.GetText(property.Value, "stateHash"), out var parsed) ? parsed : throw JsonBody.Invalid("stateHash", "'stateHash' is 64 lower-case hexadecimal digits.");
                    break;
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        return (cursor ?? throw JsonBody.Invalid("cursor", "'cursor' is needed."), hash);
    }

    private static ImmutableArray<string> ReadChannels(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(static channel => JsonBody.GetText(channel, "channels"))]
        : throw JsonBody.Invalid("channels", "'channels' is an array of names.");

    private static TimeSpan ReadDuration(JsonElement value, string field) => Durations.TryParse(JsonBody.GetText(value, field), out var duration)
        ? duration
        : throw JsonBody.Invalid(field, $"'{field}' is a duration such as 250ms, 30s, 5m, 1h.");

    private static int ReadNumber(JsonElement value, string field) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
        ? number
        : throw JsonBody.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"'{field}' is a whole number."));

    private static WebhookTarget ReadWebhook(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid("webhook", "'webhook' is an object with 'url', 'secret' and 'mode'.");
        }

        var target = new WebhookTarget { Url = "" };
        foreach (var property in value.EnumerateObject())
        {
            target = property.Name switch
            {
                "url" => target with { Url = JsonBody.GetText(property.Value, "webhook.url") },
                "secret" => target with { Secret = property.Value.ValueKind == JsonValueKind.Null ? null : JsonBody.GetText(property.Value, "webhook.secret") },
                "mode" => target with { Mode = ReadMode(JsonBody.GetText(property.Value, "webhook.mode")) },
                _ => throw JsonBody.Unknown($"webhook.{property.Name}"),
            };
        }

        return target;
    }

    private static WebhookMode ReadMode(string text) => text switch
    {
        "binary" => WebhookMode.Binary,
        "structured" => WebhookMode.Structured,
        _ => throw JsonBody.Invalid("webhook.mode", "'mode' is binary or structured."),
    };
}
