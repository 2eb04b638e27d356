using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Import;

/// <summary>
/// Makes a point of a row: one column is the time, numbers are fields, texts are tags; columns that are named as tags are
/// tags whatever they hold. Empty cells are left out.
/// </summary>
/// <param name="timeColumn">The column with the event time.</param>
/// <param name="tagColumns">Columns that are tags although they hold numbers.</param>
/// <param name="isText">True for files without types, as CSV is: there a text such as 0.0 is a number.</param>
internal sealed partial class SeriesColumns(string timeColumn, IReadOnlyCollection<string> tagColumns, bool isText)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Ways in which spreadsheets and old data sets write days and moments, beside RFC 3339; without a zone they are UTC.
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy/M/d", "M/d/yyyy", "MMM d yyyy", "MMM d, yyyy", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm",
        "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "M/d/yyyy H:mm", "M/d/yyyy H:mm:ss", "yyyy-MM", "yyyy",
    ];

    /// <summary>The point, or why there is none.</summary>
    public (SeriesRow? Row, string? Refusal) Take(ImportRow row)
    {
        if (row.Refusal is not null)
            return (null, row.Refusal);

        try
        {
            using var document = JsonDocument.Parse(row.Json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepthMax });
            return Take(row, document);
        }
        catch (JsonException)
        {
            return (null, "no JSON, or nested too deep, or a column twice");
        }
    }

    private (SeriesRow? Row, string? Refusal) Take(ImportRow row, JsonDocument document)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return (null, "a point is made of an object");

        EventTime? time = null;
        var tags = new List<KeyValuePair<string, string>>();
        var fields = new List<KeyValuePair<string, double>>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == timeColumn)
            {
                if (!TryReadTime(property.Value, out var read))
                    return (null, $"'{property.Value}' in '{timeColumn}' is no time; RFC 3339, a date, or a number of seconds, milliseconds, microseconds or nanoseconds is");
                time = read;
            }
            else if (property.Value.ValueKind == JsonValueKind.Number && !tagColumns.Contains(property.Name))
            {
                if (!property.Value.TryGetDouble(out var value) || !double.IsFinite(value))
                    return (null, $"'{property.Name}' is no finite number");
                fields.Add(new(property.Name, value));
            }
            else if (property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False && !tagColumns.Contains(property.Name))
            {
                fields.Add(new(property.Name, property.Value.GetBoolean() ? 1 : 0));
            }
            else if (isText && !tagColumns.Contains(property.Name) && property.Value.ToString() is var cell && Number().IsMatch(cell) && double.IsFinite(double.Parse(cell, CultureInfo.InvariantCulture)))
            {
                fields.Add(new(property.Name, double.Parse(cell, CultureInfo.InvariantCulture)));
            }
            else if (property.Value.ToString() is { Length: > 0 } text && property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                tags.Add(new(property.Name, text));
            }
        }

        if (time is null)
            return (null, $"there is no column '{timeColumn}'");
        if (fields.Count == 0)
            return (null, "no column is a number");
        try
        {
            return (new SeriesRow(row.Line, SeriesTags.Of(tags), fields, time.Value), null);
        }
        catch (TemporalException error) when (error.Kind == ErrorKind.Invalid)
        {
            return (null, error.Message);
        }
    }

    // Not 00123, which is the number of a thing and no measure of one.
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][+-]?[0-9]+)?(?<=[0-9])$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    private static bool TryReadTime(JsonElement element, out EventTime time)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return TryReadNumber(element, out time);

        time = default;
        if (element.ValueKind != JsonValueKind.String)
            return false;
        var text = element.GetString()!.Trim();
        if (EventTime.TryParse(text, out time))
            return true;
        if (!DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            return false;
        try
        {
            time = EventTime.FromDateTimeOffset(moment);
            return true;
        }
        catch (TemporalException)
        {
            return false;
        }
    }

    // Ten digits are seconds of our days, thirteen milliseconds, and so on.
    private static bool TryReadNumber(JsonElement element, out EventTime time)
    {
        time = default;
        if (!element.TryGetInt64(out var count))
            return element.TryGetDouble(out var seconds) && Math.Abs(seconds) < 9e9 && EventTime.TryFrom((long)Math.Round(seconds * NanosecondsPerSecond), 1, out time);
        var magnitude = count == long.MinValue ? long.MaxValue : Math.Abs(count);
        var unit = magnitude < 100_000_000_000 ? NanosecondsPerSecond : magnitude < 100_000_000_000_000 ? 1_000_000 : magnitude < 100_000_000_000_000_000 ? 1_000 : 1;
        return EventTime.TryFrom(count, unit, out time);
    }
}
