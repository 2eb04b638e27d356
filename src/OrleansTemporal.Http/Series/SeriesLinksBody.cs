using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Links as JSON: <c>{"links": [{"stream": "b", "field": "x", "lag": "5s"}]}</c>.</summary>
internal static class SeriesLinksBody
{
    /// <summary>Reads them.</summary>
    internal static ImmutableArray<SeriesLink> Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        JsonElement? links = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            links = property.NameEquals("links"u8) && property.Value.ValueKind == JsonValueKind.Array ? property.Value : throw JsonBody.Unknown(property.Name);
        }

        return links is { } array ? [.. array.EnumerateArray().Select(ParseOne)] : throw JsonBody.Invalid("links", "'links' is an array of links.");
    }

    /// <summary>Writes them into the open object.</summary>
    internal static void Write(Utf8JsonWriter json, ImmutableArray<SeriesLink> links)
    {
        json.WriteStartArray("links"u8);
        foreach (var link in links)
        {
            json.WriteStartObject();
            json.WriteString("stream"u8, link.Stream);
            if (link.Field is not null)
            {
                json.WriteString("field"u8, link.Field);
            }

            json.WriteString("lag"u8, SeriesDurations.Format(link.Lag));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SeriesLink ParseOne(JsonElement link, int index)
    {
        if (link.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid($"links[{index}]", "A link is an object.");
        }

        string? stream = null;
        string? field = null;
        var lag = 0L;
        foreach (var property in link.EnumerateObject())
        {
            var name = $"links[{index}].{property.Name}";
            switch (property.Name)
            {
                case "stream":
                    stream = JsonBody.GetText(property.Value, name);
                    break;
                case "field":
                    field = JsonBody.GetText(property.Value, name);
                    break;
                case "lag":
                    lag = SeriesDurations.TryParse(JsonBody.GetText(property.Value, name), out var parsed)
                        ? parsed
                        : throw JsonBody.Invalid(name, "A lag is a duration, as in 250ms, 30s, 5m, 1h and 7d, with a minus when it comes before.");
                    break;
                default:
                    throw JsonBody.Unknown(name);
            }
        }

        return new SeriesLink { Stream = stream ?? throw JsonBody.Invalid($"links[{index}].stream", "A link names a stream."), Field = field, Lag = lag };
    }
}
