using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Rendering;

/// <summary>Answers about streams beside each other as the JSON of REST.</summary>
internal static class AnalyticsShapes
{
    public static void WriteJoined(Utf8JsonWriter json, SeriesJoinRow row)
    {
        json.WriteStartObject();
        WritePoint(json, row.Left);
        json.WriteStartObject("with");
        WritePoint(json, row.Right);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteAnomaly(Utf8JsonWriter json, SeriesAnomaly row)
    {
        json.WriteStartObject();
        WritePoint(json, row.Point);
        json.WriteNumber("score", row.Reading.Score);
        json.WriteNumber("pValue", row.Reading.PValue);
        if (double.IsFinite(row.Reading.Expected))
            json.WriteNumber("expected", row.Reading.Expected);
        else
            json.WriteNull("expected");
        json.WriteEndObject();
    }

    public static void WriteTrend(Utf8JsonWriter json, SeriesTrend trend)
    {
        json.WriteStartObject();
        json.WriteNumber("slope", trend.Slope);
        json.WriteNumber("intercept", trend.Intercept);
        json.WriteString("start", new EventTime(trend.Start).ToString());
        json.WriteString("step", SeriesDurations.Format(trend.Step));
        json.WriteNumber("count", trend.Count);
        if (trend.Season is { } season)
        {
            json.WriteStartObject("seasonality");
            json.WriteString("period", SeriesDurations.Format(season.Period));
            json.WriteNumber("strength", season.Strength);
            json.WriteStartArray("profile");
            foreach (var offset in season.Profile)
                json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("seasonality");
        }

        json.WriteStartArray("forecast");
        foreach (var point in trend.Forecast)
        {
            json.WriteStartObject();
            json.WriteString("time", new EventTime(point.Time).ToString());
            json.WriteNumber("value", point.Value);
            json.WriteNumber("low", point.Low);
            json.WriteNumber("high", point.High);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteCorrelation(Utf8JsonWriter json, SeriesCorrelation row)
    {
        json.WriteStartObject();
        json.WriteString("stream", row.Stream);
        json.WriteString("field", row.Field);
        json.WriteNumber("coefficient", row.Coefficient);
        json.WriteString("lag", SeriesDurations.Format(row.Lag));
        json.WriteNumber("pValue", row.PValue);
        json.WriteNumber("count", row.Count);
        json.WriteEndObject();
    }

    public static void WritePattern(Utf8JsonWriter json, PatternInfo pattern)
    {
        json.WriteStartObject();
        json.WriteString("name", pattern.Name);
        PatternJson.Write(json, pattern.Definition);
        json.WriteString("systemTime", pattern.SystemTime.ToString());
        json.WriteNumber("matchCount", pattern.MatchCount);
        json.WriteEndObject();
    }

    private static void WritePoint(Utf8JsonWriter json, SeriesPoint point)
    {
        var key = SeriesKey.Parse(point.Series);
        json.WriteString("time", new EventTime(point.Time).ToString());
        json.WriteStartObject("tags");
        foreach (var (name, value) in key.Tags.Pairs)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteString("field", key.Field);
        json.WriteNumber("value", point.Value);
    }
}
