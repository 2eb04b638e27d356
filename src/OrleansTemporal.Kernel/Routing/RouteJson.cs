using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Routing;

/// <summary>A route as JSON: what the catalog keeps and what REST takes and answers.</summary>
public static class RouteJson
{
    private const string Members = "sourcePattern, channels, priority, ttl, conditions";
    private const string Conditions = "minMagnitude, metadataEquals, metadataExists, timeOfDay";

    /// <summary>Writes the members into an open object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, RouteDefinition route)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(route);
        json.WriteString("sourcePattern", route.SourcePattern);
        json.WriteStartArray("channels");
        foreach (var channel in route.Channels)
        {
            json.WriteStringValue(channel);
        }

        json.WriteEndArray();
        json.WriteString("priority", RoutingPriorities.NameOf(route.Priority));
        if (route.TimeToLive is { } live)
        {
            json.WriteString("ttl", Durations.Format(live));
        }

        json.WriteStartArray("conditions");
        WriteConditions(json, route);
        json.WriteEndArray();
    }

    /// <summary>The bytes that the catalog keeps.</summary>
    public static byte[] ToBytes(RouteDefinition route)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, route);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads and validates an object.</summary>
    /// <exception cref="TemporalException">As <see cref="RouteRules.Validate"/>; and Invalid, <c>invalid_field</c> or <c>malformed_json</c>.</exception>
    public static RouteDefinition Read(JsonElement root)
    {
        // Canonical, so that no name is there twice and every text is one.
        using var canonical = JsonDocument.Parse(CanonicalJson.Canonicalize(JsonMarshal.GetRawUtf8Value(root)));
        return ReadCanonical(canonical.RootElement);
    }

    private static RouteDefinition ReadCanonical(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("body", $"A route is an object with {Members}.");
        }

        var route = new RouteDefinition { SourcePattern = "", Channels = [] };
        foreach (var member in root.EnumerateObject())
        {
            route = member.Name switch
            {
                "sourcePattern" => route with { SourcePattern = TextOf(member.Value, member.Name) },
                "channels" => route with { Channels = [.. ItemsOf(member.Value, member.Name).Select(static channel => TextOf(channel, "channels")).Distinct()] },
                "priority" => route with { Priority = PriorityOf(member.Value) },
                "ttl" => route with { TimeToLive = LiveOf(member.Value) },
                "conditions" => ItemsOf(member.Value, member.Name).Aggregate(route, ReadCondition),
                _ => throw Refuse(member.Name, $"'{member.Name}' is no part of a route, which has {Members}."),
            };
        }

        RouteRules.Validate(route);
        return route;
    }

    private static void WriteConditions(Utf8JsonWriter json, RouteDefinition route)
    {
        if (route.MinMagnitude is { } magnitude)
        {
            json.WriteStartObject();
            json.WriteNumber("minMagnitude", magnitude);
            json.WriteEndObject();
        }

        if (!route.MetadataEquals.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteStartObject("metadataEquals");
            foreach (var (key, value) in route.MetadataEquals)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        foreach (var key in route.MetadataExists)
        {
            json.WriteStartObject();
            json.WriteString("metadataExists", key);
            json.WriteEndObject();
        }

        foreach (var hours in route.TimesOfDay)
        {
            json.WriteStartObject();
            json.WriteStartObject("timeOfDay");
            json.WriteNumber("startHour", hours.StartHour);
            json.WriteNumber("endHour", hours.EndHour);
            json.WriteString("tz", hours.Zone);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    // Several conditions of a kind hold together: the larger magnitude, all pairs, all hours.
    private static RouteDefinition ReadCondition(RouteDefinition route, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 1)
        {
            throw Refuse("conditions", $"A condition is an object with one of {Conditions}.");
        }

        var condition = element.EnumerateObject().First();
        var place = $"conditions.{condition.Name}";
        return condition.Name switch
        {
            "minMagnitude" => route with { MinMagnitude = Math.Max(route.MinMagnitude ?? 0, NumberOf(condition.Value, place)) },
            "metadataEquals" => route with { MetadataEquals = [.. route.MetadataEquals.Concat(PairsOf(condition.Value, place)).Distinct()] },
            "metadataExists" => route with { MetadataExists = [.. route.MetadataExists.Append(TextOf(condition.Value, place)).Distinct()] },
            "timeOfDay" => route with { TimesOfDay = route.TimesOfDay.Add(ReadHours(condition.Value, place)) },
            _ => throw Refuse(place, $"A condition is one of {Conditions}."),
        };
    }

    private static TimeOfDay ReadHours(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is an object with startHour, endHour and tz.");
        }

        var hours = new TimeOfDay { StartHour = -1, EndHour = -1 };
        foreach (var member in element.EnumerateObject())
        {
            var place = $"{field}.{member.Name}";
            hours = member.Name switch
            {
                "startHour" => hours with { StartHour = HourOf(member.Value, place) },
                "endHour" => hours with { EndHour = HourOf(member.Value, place) },
                "tz" => hours with { Zone = TextOf(member.Value, place) },
                _ => throw Refuse(place, $"'{field}' is an object with startHour, endHour and tz."),
            };
        }

        return hours;
    }

    private static IEnumerable<KeyValuePair<string, string>> PairsOf(JsonElement element, string field) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, TextOf(pair.Value, $"{field}.{pair.Name}")))
        : throw Refuse(field, $"'{field}' is an object of texts.");

    private static IEnumerable<JsonElement> ItemsOf(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Refuse(field, $"'{field}' is an array.");

    private static string TextOf(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.String ? SubscriptionFilterJson.ReadText(element, field) : throw Refuse(field, $"'{field}' is a text.");

    private static double NumberOf(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) ? number : throw Refuse(field, $"'{field}' is a number.");

    private static int HourOf(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var hour) ? hour : throw Refuse(field, $"'{field}' is a whole hour.");

    private static RoutingPriority PriorityOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && RoutingPriorities.TryParse(element.GetString(), out var priority)
            ? priority
            : throw Refuse("priority", $"A priority is one of {RoutingPriorities.Names}.");

    private static TimeSpan? LiveOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String when Durations.TryParse(element.GetString()!, out var live) => live,
        _ => throw Refuse("ttl", "A time to live is written 250ms, 30s, 5m, 1h or 7d."),
    };

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
