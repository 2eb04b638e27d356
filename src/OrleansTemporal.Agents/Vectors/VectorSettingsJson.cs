using System.Buffers;
using System.Text.Json;

namespace OrleansTemporal.Vectors;

/// <summary>Settings of a collection as JSON: what the catalog, the first delta of a collection, and REST have in common.</summary>
public static class VectorSettingsJson
{
    /// <summary>Writes the members into an open object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, VectorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(settings);
        json.WriteNumber("dimensions", settings.Dimensions);
        json.WriteString("metric", NameOf(settings.Metric));
        json.WriteString("model", settings.Model);
        json.WriteStartObject("index");
        json.WriteNumber("m", settings.Neighbours);
        json.WriteNumber("efConstruction", settings.ConstructionWidth);
        json.WriteString("quantization", NameOf(settings.Quantization));
        json.WriteEndObject();
        json.WriteNumber("partitions", settings.Partitions);
    }

    /// <summary>The name of a metric: <c>cosine</c>, <c>l2</c>, <c>dot</c>.</summary>
    public static string NameOf(VectorMetric metric) => metric switch
    {
        VectorMetric.Cosine => "cosine",
        VectorMetric.L2 => "l2",
        VectorMetric.Dot => "dot",
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>The name of a form: <c>none</c>, <c>int8</c>.</summary>
    public static string NameOf(VectorQuantization quantization) => quantization switch
    {
        VectorQuantization.None => "none",
        VectorQuantization.Int8 => "int8",
        _ => throw new ArgumentOutOfRangeException(nameof(quantization)),
    };

    /// <summary>The form of a name; false when there is none.</summary>
    public static bool TryParseQuantization(string? name, out VectorQuantization quantization)
    {
        quantization = name == "int8" ? VectorQuantization.Int8 : VectorQuantization.None;
        return name is "none" or "int8";
    }

    /// <summary>The metric of a name; false when there is none.</summary>
    public static bool TryParseMetric(string? name, out VectorMetric metric)
    {
        metric = name switch
        {
            "cosine" => VectorMetric.Cosine,
            "l2" => VectorMetric.L2,
            "dot" => VectorMetric.Dot,
            _ => default,
        };
        return metric != default;
    }

    internal static byte[] Encode(VectorSettings settings)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, settings);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // What was written by this product; members that are missing have the defaults of the time.
    internal static VectorSettings Decode(JsonElement json)
    {
        var index = json.TryGetProperty("index", out var found) ? found : default;
        return new VectorSettings
        {
            Dimensions = json.GetProperty("dimensions").GetInt32(),
            Metric = TryParseMetric(json.GetProperty("metric").GetString(), out var metric) ? metric : throw new JsonException("An unknown metric."),
            Model = json.TryGetProperty("model", out var model) ? model.GetString() ?? "" : "",
            Neighbours = NumberOf(index, "m", VectorSettings.NeighboursDefault),
            ConstructionWidth = NumberOf(index, "efConstruction", VectorSettings.ConstructionWidthDefault),
            Quantization = FormOf(index),
            Partitions = NumberOf(json, "partitions", 1),
        };
    }

    private static VectorQuantization FormOf(JsonElement index) =>
        index.ValueKind != JsonValueKind.Object || !index.TryGetProperty("quantization", out var form) ? VectorQuantization.None
        : TryParseQuantization(form.GetString(), out var quantization) ? quantization
        : throw new JsonException("An unknown form of vectors.");

    private static int NumberOf(JsonElement json, string name, int otherwise) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var number) ? number.GetInt32() : otherwise;
}
