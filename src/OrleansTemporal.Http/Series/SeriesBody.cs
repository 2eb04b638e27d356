using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>The body of a write of points.</summary>
internal static class SeriesBody
{
    /// <summary>Reads points.</summary>
    /// <param name="body">A JSON object with <c>points</c>.</param>
    /// <param name="now">The time of points without one.</param>
    /// <returns>Their values, and how many points there are.</returns>
    internal static (SeriesBatch Batch, int Count) Parse(ReadOnlyMemory<byte> body, EventTime now)
    {
        using var document = JsonBody.Parse(body);
        (SeriesBatch Batch, int Count)? parsed = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            parsed = property.NameEquals("points"u8) ? ParsePoints(property.Value, now) : throw JsonBody.Unknown(property.Name);
        }

        return parsed ?? throw JsonBody.Invalid("points", "'points' is an array of points.");
    }

    private static (SeriesBatch Batch, int Count) ParsePoints(JsonElement points, EventTime now)
    {
        if (points.ValueKind != JsonValueKind.Array || points.GetArrayLength() == 0)
        {
            throw JsonBody.Invalid("points", "'points' is an array of at least one point.");
        }

        var count = points.GetArrayLength();
        if (count > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"At most {Limits.BatchCountMax} points are written at once; line protocol takes more.")
            {
                Field = "points",
                Limit = Limits.BatchCountMax,
            };
        }

        var batch = new SeriesBatch();
        var index = 0;
        foreach (var point in points.EnumerateArray())
        {
            // Points that share their moment and tags would be versions of one; those without a time are all meant.
            ParsePoint(point, $"points[{index}]", new EventTime(now.Nanoseconds + index), batch);
            index++;
        }

        return (batch, count);
    }

    private static void ParsePoint(JsonElement point, string field, EventTime now, SeriesBatch batch)
    {
        if (point.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid(field, "A point is an object.");
        }

        var tags = SeriesTags.Empty;
        var time = now;
        JsonElement? fields = null;
        foreach (var property in point.EnumerateObject())
        {
            switch (property.Name)
            {
                case "tags":
                    tags = ParseTags(property.Value, $"{field}.tags");
                    break;
                case "fields":
                    fields = property.Value;
                    break;
                case "time":
                    time = ParseTime(property.Value, $"{field}.time");
                    break;
                default:
                    throw JsonBody.Unknown($"{field}.{property.Name}");
            }
        }

        ParseFields(fields ?? throw JsonBody.Invalid($"{field}.fields", "A point has fields."), $"{field}.fields", tags, time, batch);
    }

    private static SeriesTags ParseTags(JsonElement tags, string field)
    {
        if (tags.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid(field, "Tags are an object of strings.");
        }

        return Named(field, () => SeriesTags.Of(tags.EnumerateObject().Select(tag => KeyValuePair.Create(tag.Name, JsonBody.GetText(tag.Value, $"{field}.{tag.Name}")))));
    }

    private static EventTime ParseTime(JsonElement time, string field) =>
        EventTime.TryParse(JsonBody.GetText(time, field), out var parsed)
            ? parsed
            : throw JsonBody.Invalid(field, "A time is RFC 3339 between 1677 and 2262, as in 2026-01-02T03:04:05.123456789Z.");

    private static void ParseFields(JsonElement fields, string field, SeriesTags tags, EventTime time, SeriesBatch batch)
    {
        if (fields.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid(field, "Fields are an object of numbers.");
        }

        var any = false;
        foreach (var property in fields.EnumerateObject())
        {
            var name = $"{field}.{property.Name}";
            any = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDouble(out var value) && double.IsFinite(value)
                ? Named(name, () =>
                {
                    batch.Add(tags, property.Name, time, value);
                    return true;
                })
                : throw JsonBody.Invalid(name, "A field is a finite number.");
        }

        if (!any)
        {
            throw JsonBody.Invalid(field, "A point has at least one field.");
        }
    }

    // Whoever sent thousands of points wants to know which one.
    private static T Named<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TemporalException fault) when (fault.Kind == ErrorKind.Invalid && fault.Field is null or "tags" or "fields")
        {
            throw new TemporalException(fault.Kind, fault.Code, fault.Message) { Field = field, Limit = fault.Limit };
        }
    }
}
