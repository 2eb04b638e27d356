using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>A filter of a subscription as JSON: what is stored and what REST takes and answers.</summary>
public static class SubscriptionFilterJson
{
    private const string Members = "sourcePatterns, keyPrefix, minMagnitude, metadata, changeTypes, value";

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, SubscriptionFilter filter)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(filter);
        json.WriteStartObject();
        if (!filter.SourcePatterns.IsEmpty)
        {
            WriteTexts(json, "sourcePatterns", filter.SourcePatterns);
        }

        if (filter.KeyPrefix is { } prefix)
        {
            json.WriteString("keyPrefix", prefix);
        }

        if (filter.MinMagnitude is { } magnitude)
        {
            json.WriteNumber("minMagnitude", magnitude);
        }

        if (!filter.Metadata.IsEmpty)
        {
            json.WriteStartObject("metadata");
            foreach (var (key, value) in filter.Metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        if (!filter.ChangeTypes.IsEmpty)
        {
            WriteTexts(json, "changeTypes", filter.ChangeTypes.Select(ChangeTypes.NameOf));
        }

        if (!filter.Value.IsEmpty)
        {
            json.WritePropertyName("value");
            json.WriteRawValue(filter.Value.Span);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads and validates an object; null is the filter that passes everything.</summary>
    /// <param name="element">The JSON.</param>
    /// <param name="field">Which field of the request it came from; faults name the place inside of it.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_filter</c>, <c>invalid_pattern</c> or <c>malformed_json</c>.</exception>
    public static SubscriptionFilter Read(JsonElement element, string field)
    {
        // Canonical, so that no name is there twice and every text is one.
        using var canonical = JsonDocument.Parse(CanonicalJson.Canonicalize(JsonMarshal.GetRawUtf8Value(element)));
        return ReadCanonical(canonical.RootElement, field);
    }

    private static SubscriptionFilter ReadCanonical(JsonElement element, string field)
    {
        var filter = new SubscriptionFilter();
        if (element.ValueKind == JsonValueKind.Null)
        {
            return filter;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is an object with {Members}.");
        }

        foreach (var member in element.EnumerateObject())
        {
            var place = $"{field}.{member.Name}";
            filter = member.Name switch
            {
                "sourcePatterns" => filter with { SourcePatterns = ReadTexts(member.Value, place) },
                "keyPrefix" => filter with { KeyPrefix = ReadText(member.Value, place) },
                "minMagnitude" => filter with { MinMagnitude = ReadNumber(member.Value, place) },
                "metadata" => filter with { Metadata = ReadPairs(member.Value, place) },
                "changeTypes" => filter with { ChangeTypes = [.. ReadTexts(member.Value, place).Select(name => ReadType(name, place)).Distinct()] },
                "value" => filter with { Value = JsonMarshal.GetRawUtf8Value(member.Value).ToArray() },
                _ => throw Refuse(place, $"'{member.Name}' is no part of a filter, which has {Members}."),
            };
        }

        SubscriptionFilterRules.Validate(filter, field);
        return filter;
    }

    internal static ImmutableArray<KeyValuePair<string, string>> ReadPairs(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(field, $"'{field}' is an object of texts.");
        }

        return [.. element.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, ReadText(pair.Value, $"{field}.{pair.Name}"))).OrderBy(static pair => pair.Key, StringComparer.Ordinal)];
    }

    internal static double ReadNumber(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) ? number : throw Refuse(field, $"'{field}' is a number.");

    internal static string ReadText(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Refuse(field, $"'{field}' is a text.");

    internal static ImmutableArray<string> ReadTexts(JsonElement element, string field) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select((one, index) => ReadText(one, $"{field}[{index}]"))]
        : throw Refuse(field, $"'{field}' is an array of texts.");

    private static ChangeType ReadType(string name, string field) =>
        ChangeTypes.TryParse(name, out var type) ? type : throw Refuse(field, $"A type of change is one of {ChangeTypes.Names}.");

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidFilter, message) { Field = field };
}
