using System.Collections.Immutable;
using System.Text.Json;

namespace OrleansTemporal.Series;

/// <summary>Links of a stream as the catalog keeps them, in the stream's settings: <c>"links": [{"stream": "b", "field": "x", "lagNanoseconds": 5}]</c>.</summary>
internal static class SeriesLinksJson
{
    public static void Write(Utf8JsonWriter json, ImmutableArray<SeriesLink> links)
    {
        json.WriteStartArray("links");
        foreach (var link in links)
        {
            json.WriteStartObject();
            json.WriteString("stream", link.Stream);
            if (link.Field is not null)
            {
                json.WriteString("field", link.Field);
            }

            // As text, since canonical numbers are doubles elsewhere.
            json.WriteString("lagNanoseconds", link.Lag.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static ImmutableArray<SeriesLink> Read(JsonElement settings) => !settings.TryGetProperty("links", out var links) ? [] : [.. links.EnumerateArray().Select(static link => new SeriesLink
    {
        Stream = link.GetProperty("stream").GetString()!,
        Field = link.TryGetProperty("field", out var field) ? field.GetString() : null,
        Lag = long.Parse(link.GetProperty("lagNanoseconds").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
    })];
}
