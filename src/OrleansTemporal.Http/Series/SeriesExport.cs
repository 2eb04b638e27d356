using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Points as CSV or as JSON by lines, page by page, all as of one moment.</summary>
internal static class SeriesExport
{
    private const string Csv = "text/csv";
    private const string Ndjson = "application/x-ndjson";
    private const int PageCount = 10_000;

    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>The format that a client accepts besides JSON; null for JSON.</summary>
    internal static string? FormatOf(ApiRequest request) =>
        AcceptedMedia.Choose(request.Http.Request.Headers.Accept.ToString(), Csv, Ndjson);

    /// <summary>Sends the points that are asked for: all of them, or as many as a limit says.</summary>
    internal static async Task SendAsync(ApiRequest request, string workspace, string stream, string format)
    {
        var service = request.Database.SeriesService;
        var call = request.GetReadCall();
        var selector = SeriesParameters.GetSelector(request.Path);
        var left = QueryParameters.Find(request.Path, "limit") is null ? long.MaxValue : QueryParameters.GetLimit(request.Path);
        var query = new SeriesPointsQuery { Selector = selector, Limit = (int)Math.Min(left, PageCount), AsOf = QueryParameters.GetAsOf(request.Path), IsCoarse = QueryParameters.GetFlag(request.Path, "coarse") };
        var page = await service.ReadAsync(call, workspace, stream, query, request.Cancellation);
        var tags = format == Csv ? (await service.DescribeAsync(call, workspace, stream, request.Cancellation)).Tags.Keys.ToArray() : [];
        var withField = selector.Field is null;
        var response = request.Http.Response;
        response.ContentType = format == Csv ? Csv + "; charset=utf-8" : Ndjson;
        response.Headers.XContentTypeOptions = "nosniff";
        Answers.StampSystemTime(request);
        var text = new StringBuilder();
        if (format == Csv)
        {
            WriteHead(text, tags, withField, query.IsCoarse);
        }

        while (true)
        {
            Write(text, page, format, tags, withField, query.IsCoarse);
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), request.Cancellation);
            text.Clear();
            left -= page.Rows.Length;
            if (!page.HasMore || left <= 0)
            {
                return;
            }

            query = query with
            {
                Selector = selector with { From = page.Times[^1] },
                After = page.Series[page.Rows[^1]],
                Limit = (int)Math.Min(left, PageCount),
                AsOf = query.AsOf.Sequence is null ? AsOf.At(page.SystemTime) : query.AsOf,
            };
            page = await service.ReadAsync(call, workspace, stream, query, request.Cancellation);
        }
    }

    private static void Write(StringBuilder text, SeriesPointsPage page, string format, string[] tags, bool withField, bool isCoarse)
    {
        var keys = page.Series.Select(SeriesKey.Parse).ToArray();
        if (format == Csv)
        {
            for (var i = 0; i < page.Rows.Length; i++)
            {
                WriteRow(text, keys[page.Rows[i]], page.Times[i], page.Values[i], tags, withField, isCoarse ? page.Kept : null);
            }

            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (var i = 0; i < page.Rows.Length; i++)
        {
            SeriesJson.WritePoint(json, keys[page.Rows[i]], page.Times[i], page.Values[i], withField, page.Kept);
            json.Flush();
            json.Reset();
            buffer.Write("\n"u8);
        }

        text.Append(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteHead(StringBuilder text, string[] tags, bool withField, bool isCoarse)
    {
        text.Append("time");
        foreach (var tag in tags)
        {
            text.Append(',');
            WriteCell(text, tag);
        }

        text.Append(withField ? ",field,value" : ",value").Append(isCoarse ? ",resolution\r\n" : "\r\n");
    }

    private static void WriteRow(StringBuilder text, SeriesKey key, long time, double value, string[] tags, bool withField, SeriesKept? kept)
    {
        text.Append(new EventTime(time).ToString());
        foreach (var tag in tags)
        {
            text.Append(',');
            WriteCell(text, key.Tags[tag] ?? "");
        }

        if (withField)
        {
            text.Append(',');
            WriteCell(text, key.Field);
        }

        text.Append(',').Append(value.ToString("R", CultureInfo.InvariantCulture));
        if (kept is not null)
        {
            text.Append(',').Append(kept.ResolutionAt(time));
        }

        text.Append("\r\n");
    }

    // RFC 4180.
    private static void WriteCell(StringBuilder text, string cell)
    {
        if (cell.AsSpan().ContainsAny(Special))
        {
            text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        else
        {
            text.Append(cell);
        }
    }
}
