using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Answers of analytics as JSON.</summary>
internal static class SeriesAnalyticsJson
{
    /// <summary>Writes a row of a join.</summary>
    internal static void WriteJoined(Utf8JsonWriter json, SeriesJoinRow row, SeriesJoinQuery query)
    {
        json.WriteStartObject();
        WritePoint(json, row.Left, query.Selector.Field is null);
        json.WriteStartObject("with"u8);
        WritePoint(json, row.Right, query.WithField is null);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a scored point.</summary>
    internal static void WriteAnomaly(Utf8JsonWriter json, SeriesAnomaly row, bool withField)
    {
        json.WriteStartObject();
        WritePoint(json, row.Point, withField);
        json.WriteNumber("score"u8, row.Reading.Score);
        json.WriteNumber("pValue"u8, row.Reading.PValue);
        if (double.IsFinite(row.Reading.Expected))
        {
            json.WriteNumber("expected"u8, row.Reading.Expected);
        }
        else
        {
            json.WriteNull("expected"u8);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a trend into the open object.</summary>
    internal static void WriteTrend(Utf8JsonWriter json, SeriesTrend trend)
    {
        json.WriteNumber("slope"u8, trend.Slope);
        json.WriteNumber("intercept"u8, trend.Intercept);
        json.WriteString("start"u8, new EventTime(trend.Start).ToString());
        json.WriteString("step"u8, SeriesDurations.Format(trend.Step));
        json.WriteNumber("count"u8, trend.Count);
        if (trend.Season is { } season)
        {
            json.WriteStartObject("seasonality"u8);
            json.WriteString("period"u8, SeriesDurations.Format(season.Period));
            json.WriteNumber("strength"u8, season.Strength);
            json.WriteStartArray("profile"u8);
            foreach (var offset in season.Profile)
            {
                json.WriteNumberValue(offset);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("seasonality"u8);
        }

        json.WriteStartArray("forecast"u8);
        foreach (var point in trend.Forecast)
        {
            json.WriteStartObject();
            json.WriteString("time"u8, new EventTime(point.Time).ToString());
            json.WriteNumber("value"u8, point.Value);
            json.WriteNumber("low"u8, point.Low);
            json.WriteNumber("high"u8, point.High);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a related field.</summary>
    internal static void WriteCorrelation(Utf8JsonWriter json, SeriesCorrelation row)
    {
        json.WriteStartObject();
        json.WriteString("stream"u8, row.Stream);
        json.WriteString("field"u8, row.Field);
        json.WriteNumber("coefficient"u8, row.Coefficient);
        json.WriteString("lag"u8, SeriesDurations.Format(row.Lag));
        json.WriteNumber("pValue"u8, row.PValue);
        json.WriteNumber("count"u8, row.Count);
        json.WriteEndObject();
    }

    private static void WritePoint(Utf8JsonWriter json, SeriesPoint point, bool withField)
    {
        var key = SeriesKey.Parse(point.Series);
        json.WriteString("time"u8, new EventTime(point.Time).ToString());
        json.WriteStartObject("tags"u8);
        foreach (var (name, value) in key.Tags.Pairs)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        if (withField)
        {
            json.WriteString("field"u8, key.Field);
        }

        json.WriteNumber("value"u8, point.Value);
    }
}
