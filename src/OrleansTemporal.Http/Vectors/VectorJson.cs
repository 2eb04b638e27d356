using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>Vectors and their settings from and to JSON.</summary>
internal static class VectorJson
{
    /// <summary>Reads the values of a vector.</summary>
    internal static float[] ReadValues(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid(field, $"'{field}' is an array of numbers.");
        }

        var count = element.GetArrayLength();
        if (count > Limits.VectorDimensionsMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidVector, $"A vector has at most {Limits.VectorDimensionsMax} values.")
            {
                Field = field,
                Limit = Limits.VectorDimensionsMax,
            };
        }

        var values = new float[count];
        var i = 0;
        foreach (var value in element.EnumerateArray())
        {
            // What is too large for a float becomes infinite, and is refused as such.
            values[i++] = value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number)
                ? number
                : throw JsonBody.Invalid(field, $"'{field}' is an array of numbers.");
        }

        return values;
    }

    /// <summary>The bytes of a JSON value as they came; empty for null.</summary>
    internal static byte[] ReadRaw(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? [] : JsonMarshal.GetRawUtf8Value(element).ToArray();

    /// <summary>Reads the settings of a collection.</summary>
    internal static VectorSettings ReadSettings(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        var settings = new VectorSettings { Dimensions = 0 };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            settings = property.Name switch
            {
                "dimensions" => settings with { Dimensions = ReadNumber(property.Value, "dimensions") },
                "metric" => settings with { Metric = ReadMetric(property.Value) },
                "model" => settings with { Model = property.Value.ValueKind == JsonValueKind.Null ? "" : JsonBody.GetText(property.Value, "model") },
                "index" => ReadIndex(settings, property.Value),
                "partitions" => settings with { Partitions = ReadNumber(property.Value, "partitions") },
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        settings.Validate();
        return settings;
    }

    /// <summary>Reads a whole number.</summary>
    internal static int ReadNumber(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) ? number : throw JsonBody.Invalid(field, $"'{field}' is a whole number.");

    /// <summary>Writes the values of a vector.</summary>
    internal static void WriteValues(Utf8JsonWriter json, ReadOnlySpan<float> values)
    {
        json.WriteStartArray("vector"u8);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes metadata, canonical JSON already; null when there is none.</summary>
    internal static void WriteMetadata(Utf8JsonWriter json, ReadOnlyMemory<byte> metadata)
    {
        json.WritePropertyName("metadata"u8);
        if (metadata.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(metadata.Span, skipInputValidation: true);
        }
    }

    private static VectorMetric ReadMetric(JsonElement element) =>
        VectorSettingsJson.TryParseMetric(JsonBody.GetText(element, "metric"), out var metric)
            ? metric
            : throw JsonBody.Invalid("metric", "'metric' is cosine, l2 or dot.");

    private static VectorSettings ReadIndex(VectorSettings settings, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid("index", "'index' is an object.");
        }

        foreach (var property in element.EnumerateObject())
        {
            settings = property.Name switch
            {
                "m" => settings with { Neighbours = ReadNumber(property.Value, "index.m") },
                "efConstruction" => settings with { ConstructionWidth = ReadNumber(property.Value, "index.efConstruction") },
                "quantization" => VectorSettingsJson.TryParseQuantization(JsonBody.GetText(property.Value, "index.quantization"), out var form)
                    ? settings with { Quantization = form }
                    : throw JsonBody.Invalid("index.quantization", "'index.quantization' is none or int8."),
                _ => throw JsonBody.Unknown($"index.{property.Name}"),
            };
        }

        return settings;
    }
}
