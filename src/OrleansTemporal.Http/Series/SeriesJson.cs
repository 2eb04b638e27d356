using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Series records as JSON.</summary>
internal static class SeriesJson
{
    // A tag with more values than a person reads has them in the points.
    private const int TagValuesMax = 1_000;

    /// <summary>Writes a point.</summary>
    internal static void WritePoint(Utf8JsonWriter json, SeriesKey key, long time, double value, bool withField, SeriesKept? kept = null)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, new EventTime(time).ToString());
        WriteTags(json, key.Tags);
        if (withField)
        {
            json.WriteString("field"u8, key.Field);
        }

        json.WriteNumber("value"u8, value);
        if (kept?.ResolutionAt(time) is { } resolution)
        {
            json.WriteString("resolution"u8, resolution);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what policy has left, as members of an object that is open; nothing where it has let go of nothing.</summary>
    internal static void WriteKept(Utf8JsonWriter json, SeriesKept kept)
    {
        if (kept.From != long.MinValue)
        {
            json.WriteString("keptFrom"u8, new EventTime(kept.From).ToString());
        }

        if (!kept.Bands.IsEmpty)
        {
            json.WriteString("pointsFrom"u8, new EventTime(kept.PointsFrom).ToString());
        }
    }

    /// <summary>Writes a row of an aggregation; what has no result, as the deviation of one point, is null.</summary>
    internal static void WriteRow(Utf8JsonWriter json, SeriesAggregateRow row, ImmutableArray<SeriesFunction> functions)
    {
        json.WriteStartObject();
        json.WriteString("start"u8, new EventTime(row.Start).ToString());
        json.WriteString("end"u8, new EventTime(row.End).ToString());
        WriteTags(json, SeriesTags.Parse(row.Tags));
        json.WriteNumber("count"u8, row.Count);
        for (var i = 0; i < functions.Length; i++)
        {
            if (functions[i].Kind == SeriesFunctionKind.Count)
            {
                continue;
            }

            if (double.IsFinite(row.Results[i]))
            {
                json.WriteNumber(functions[i].Name, row.Results[i]);
            }
            else
            {
                json.WriteNull(functions[i].Name);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes how an aggregation was computed.</summary>
    internal static void WritePlan(Utf8JsonWriter json, SeriesPlan plan)
    {
        json.WriteStartObject("plan"u8);
        json.WriteNumber("series"u8, plan.Series);
        json.WriteNumber("chunksSummed"u8, plan.ChunksSummed);
        json.WriteNumber("chunksRolledUp"u8, plan.ChunksRolledUp);
        json.WriteNumber("chunksDecoded"u8, plan.ChunksDecoded);
        json.WriteNumber("pointsRead"u8, plan.PointsRead);
        json.WriteEndObject();
    }

    /// <summary>Writes what a stream has.</summary>
    internal static void WriteStream(Utf8JsonWriter json, SeriesStreamInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, info.Name);
        json.WriteStartArray("fields"u8);
        foreach (var field in info.Fields)
        {
            json.WriteStringValue(field);
        }

        json.WriteEndArray();
        json.WriteStartObject("tags"u8);
        foreach (var (tag, values) in info.Tags)
        {
            json.WriteStartArray(tag);
            foreach (var value in values.Take(TagValuesMax))
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNumber("seriesCount"u8, info.SeriesCount);
        json.WriteNumber("pointCount"u8, info.PointCount);
        WriteTime(json, "firstTime"u8, info.FirstTime);
        WriteTime(json, "lastTime"u8, info.LastTime);
        json.WriteString("createdAt"u8, info.CreatedAt.ToString());
        json.WriteStartObject("bytes"u8);
        json.WriteNumber("memory"u8, info.MemoryBytes);
        json.WriteNumber("hot"u8, info.HotBytes);
        json.WriteNumber("warm"u8, info.WarmBytes);
        json.WriteNumber("cold"u8, info.ColdBytes);
        json.WriteEndObject();
        WriteKept(json, info.Kept);
        if (!info.Kept.Bands.IsEmpty)
        {
            json.WriteStartArray("resolutions"u8);
            foreach (var band in info.Kept.Bands)
            {
                json.WriteStartObject();
                json.WriteString("before"u8, new EventTime(band.Before).ToString());
                json.WriteString("resolution"u8, SeriesKept.ResolutionOf(band.Step));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, SeriesTags tags)
    {
        json.WriteStartObject("tags"u8);
        foreach (var (name, value) in tags.Pairs)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, EventTime? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.ToString());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
