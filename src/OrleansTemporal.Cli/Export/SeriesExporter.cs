using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Rendering;
using OrleansTemporal.Series;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Export;

/// <summary>
/// Writes the points of a stream as rows: one for each set of tags and event time, with a column for each tag and field, so
/// that <c>import --stream</c> reads them back.
/// </summary>
internal sealed class SeriesExporter(ITarget target, Answers answers)
{
    private const string TimeColumn = "time";
    private const string ResolutionColumn = "resolution";

    /// <summary>Writes them as they were at one moment; answers how many rows.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="selector">Which points.</param>
    /// <param name="asOf">The moment.</param>
    /// <param name="isCoarse">The last points of windows, with their length, where policy keeps these instead of points; else that is refused.</param>
    /// <param name="format">How rows are written.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: a tag and a field, or the time, have one name.</exception>
    public async Task<long> RunAsync(string stream, SeriesSelector selector, AsOf asOf, bool isCoarse, ExportFormat format, CancellationToken cancellationToken)
    {
        // One moment for the columns and for all pages.
        var now = asOf.IsLatest ? await target.NowAsync(cancellationToken) : HybridTimestamp.Zero;
        var moment = now == HybridTimestamp.Zero ? asOf : AsOf.At(now);
        var info = await target.DescribeStreamAsync(stream, cancellationToken);
        string[] tags = [.. info.Tags.Keys];
        string[] fields = selector.Field is { } one ? [one] : [.. info.Fields];
        string[] last = isCoarse ? [ResolutionColumn] : [];
        RequireApart([TimeColumn, .. tags, .. fields, .. last]);
        if (format == ExportFormat.Csv)
            answers.Write(Line([TimeColumn, .. tags.Concat(fields).Select(static name => Quote(name, always: false)), .. last]));
        var (count, row) = (0L, new List<SeriesFound>());
        await foreach (var point in target.PointsAsync(stream, selector, moment, isCoarse, long.MaxValue, cancellationToken))
        {
            if (row.Count > 0 && (row[0].Time != point.Time || !row[0].Tags.Equals(point.Tags)))
            {
                Write(row, tags, fields, isCoarse, format, count++);
                row.Clear();
            }

            row.Add(point);
        }

        if (row.Count > 0)
            Write(row, tags, fields, isCoarse, format, count++);
        if (format == ExportFormat.Json)
            answers.WriteLine(count == 0 ? "[]" : "\n]");
        return count;
    }

    private void Write(List<SeriesFound> row, string[] tags, string[] fields, bool isCoarse, ExportFormat format, long before)
    {
        switch (format)
        {
            case ExportFormat.Csv:
                answers.Write(Line(
                [
                    row[0].Time.ToString(),
                    .. tags.Select(tag => row[0].Tags[tag] is { } text ? Quote(text, always: Import.CsvNumbers.RoundTrips(text)) : ""),
                    .. fields.Select(field => row.Find(point => point.Field == field) is { } found ? found.Value.ToString("R", CultureInfo.InvariantCulture) : ""),
                    .. isCoarse ? [row[0].Resolution ?? ""] : Array.Empty<string>(),
                ]));
                break;
            case ExportFormat.Json:
                answers.Write(before == 0 ? "[\n" : ",\n");
                answers.Write(Answers.ToJson(json => WriteObject(json, row)));
                break;
            default:
                answers.WriteJson(json => WriteObject(json, row));
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, List<SeriesFound> row)
    {
        json.WriteStartObject();
        json.WriteString(TimeColumn, row[0].Time.ToString());
        foreach (var (name, value) in row[0].Tags.Pairs)
            json.WriteString(name, value);
        foreach (var point in row)
            json.WriteNumber(point.Field, point.Value);
        if (row[0].Resolution is { } resolution)
            json.WriteString(ResolutionColumn, resolution);
        json.WriteEndObject();
    }

    private static void RequireApart(string[] columns)
    {
        if (columns.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.InvalidField, $"Two columns would be called '{twice.Key}'. 'otemporal series points --json --limit 0' keeps them apart.")
            {
                Field = twice.Key,
            };
        }
    }

    private static string Quote(string text, bool always) =>
        always || text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Line(IEnumerable<string> cells) => new StringBuilder().AppendJoin(',', cells).Append("\r\n").ToString();
}
