using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Series;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Rendering;

/// <summary>Series records as the JSON of REST.</summary>
internal static class SeriesShapes
{
    public static void WritePoint(Utf8JsonWriter json, SeriesFound point)
    {
        json.WriteStartObject();
        json.WriteString("time", point.Time.ToString());
        WriteTags(json, point.Tags);
        json.WriteString("field", point.Field);
        json.WriteNumber("value", point.Value);
        if (point.Resolution is { } resolution)
            json.WriteString("resolution", resolution);
        json.WriteEndObject();
    }

    public static void WriteRow(Utf8JsonWriter json, SeriesAggregateRow row, ImmutableArray<SeriesFunction> functions)
    {
        json.WriteStartObject();
        json.WriteString("start", new EventTime(row.Start).ToString());
        json.WriteString("end", new EventTime(row.End).ToString());
        WriteTags(json, SeriesTags.Parse(row.Tags));
        json.WriteNumber("count", row.Count);
        foreach (var (function, result) in functions.Zip(row.Results))
        {
            if (function.Kind == SeriesFunctionKind.Count)
                continue;
            if (double.IsFinite(result))
                json.WriteNumber(function.Name, result);
            else
                json.WriteNull(function.Name);
        }

        json.WriteEndObject();
    }

    public static void WriteStream(Utf8JsonWriter json, SeriesStreamInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteStartArray("fields");
        foreach (var field in info.Fields)
            json.WriteStringValue(field);
        json.WriteEndArray();
        json.WriteStartObject("tags");
        foreach (var (tag, values) in info.Tags)
        {
            json.WriteStartArray(tag);
            foreach (var value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNumber("seriesCount", info.SeriesCount);
        json.WriteNumber("pointCount", info.PointCount);
        json.WriteString("firstTime", info.FirstTime?.ToString());
        json.WriteString("lastTime", info.LastTime?.ToString());
        json.WriteEndObject();
    }

    /// <summary>A number for people.</summary>
    public static string ToText(double value) => double.IsFinite(value) ? value.ToString("G15", CultureInfo.InvariantCulture) : "";

    private static void WriteTags(Utf8JsonWriter json, SeriesTags tags)
    {
        json.WriteStartObject("tags");
        foreach (var (name, value) in tags.Pairs)
            json.WriteString(name, value);
        json.WriteEndObject();
    }
}
