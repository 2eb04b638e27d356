using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Points out, as they are and added up.</summary>
internal static partial class SeriesEndpoints
{
    private static Task ReadAsync(ApiRequest request) => SeriesExport.FormatOf(request) is { } format ? SeriesExport.SendAsync(request, GetWorkspace(request), GetStream(request), format) : ListPointsAsync(request);

    private static async Task ListPointsAsync(ApiRequest request)
    {
        var (workspace, stream) = (GetWorkspace(request), GetStream(request));
        var query = GetQuery(request, QueryParameters.GetLimit(request.Path));
        var page = await request.Database.SeriesService.ReadAsync(request.GetReadCall(), workspace, stream, query, request.Cancellation);
        var keys = page.Series.Select(SeriesKey.Parse).ToArray();
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        for (var i = 0; i < page.Rows.Length; i++)
        {
            SeriesJson.WritePoint(answer.Writer, keys[page.Rows[i]], page.Times[i], page.Values[i], withField: query.Selector.Field is null, page.Kept);
        }

        answer.Writer.WriteEndArray();
        var asOf = QueryParameters.GetAsOf(request.Path);
        Answers.WriteNextLink(answer, !page.HasMore ? null : ComposeNext(
            request, query.Limit, asOf, page.SystemTime, new SeriesCursor(page.Times[^1], page.Series[page.Rows[^1]]).ToString()));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        SeriesJson.WriteKept(answer.Writer, page.Kept);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task AggregateAsync(ApiRequest request)
    {
        var (workspace, stream) = (GetWorkspace(request), GetStream(request));
        var asOf = QueryParameters.GetAsOf(request.Path);
        var limit = QueryParameters.GetLimit(request.Path);
        var functions = SeriesFunction.Parse(SeriesParameters.GetFunctions(request.Path));
        var query = new SeriesAggregateQuery
        {
            Selector = SeriesParameters.GetSelector(request.Path),
            Functions = [.. functions.Select(static function => function.Name)],
            GroupBy = SeriesParameters.GetGroups(request.Path),
            Window = SeriesParameters.GetWindow(request.Path),
            AsOf = asOf,
        };
        var skip = GetSkip(request);
        var service = request.Database.SeriesService;
        var page = SeriesParameters.IsLinked(request.Path)
            ? await service.AggregateLinkedAsync(request.GetReadCall(), workspace, stream, query, request.Cancellation)
            : await service.AggregateAsync(request.GetReadCall(), workspace, stream, query, request.Cancellation);
        var end = (int)Math.Min(page.Rows.Length, skip + (long)limit);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        for (var i = Math.Min(skip, page.Rows.Length); i < end; i++)
        {
            SeriesJson.WriteRow(answer.Writer, page.Rows[i], functions);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, end == page.Rows.Length ? null : ComposeNext(request, limit, asOf, page.SystemTime, end.ToString(CultureInfo.InvariantCulture)));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        if (page.Plan is { } plan)
        {
            SeriesJson.WritePlan(answer.Writer, plan);
        }

        SeriesJson.WriteKept(answer.Writer, page.Kept);

        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after") is { } name ? Names.Validate(name, "after") : null;
        var streams = await request.Database.SeriesService.ListAsync(
            request.GetReadCall(), GetWorkspace(request), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var count = Math.Min(limit, streams.Length);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var stream in streams.AsSpan()[..count])
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("name"u8, stream);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !QueryParameters.HasMore(limit, streams.Length) ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", streams[count - 1])));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task DescribeAsync(ApiRequest request)
    {
        var info = await request.Database.SeriesService.DescribeAsync(request.GetReadCall(), GetWorkspace(request), GetStream(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        SeriesJson.WriteStream(answer.Writer, info);
        await Answers.SendAsync(request, answer);
    }

    private static SeriesPointsQuery GetQuery(ApiRequest request, int limit)
    {
        var selector = SeriesParameters.GetSelector(request.Path);
        var cursor = SeriesCursor.Find(request.Path);
        return new SeriesPointsQuery
        {
            Selector = cursor is { } place ? selector with { From = Math.Max(selector.From, place.Time) } : selector,
            Limit = limit,
            After = cursor?.Series,
            AsOf = QueryParameters.GetAsOf(request.Path),
            IsCoarse = QueryParameters.GetFlag(request.Path, "coarse"),
        };
    }

    private static int GetSkip(ApiRequest request) =>
        QueryParameters.Find(request.Path, "cursor") is not { } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip
        : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");

    // Everything that was asked for stays, pinned to the moment of this page; limit, asOf and cursor are given anew.
    private static string ComposeNext(ApiRequest request, int limit, AsOf asOf, HybridTimestamp moment, string cursor)
    {
        var kept = QueryParameters.All(request.Path).Where(static pair => pair.Name is not ("limit" or "asOf" or "cursor"));
        return Answers.ComposeLink(request, [
            .. kept.Select(static pair => (pair.Name, (string?)pair.Value)),
            ("limit", limit.ToString(CultureInfo.InvariantCulture)),
            ("asOf", asOf.Sequence is { } sequence ? sequence.ToString(CultureInfo.InvariantCulture) : moment.ToString()),
            ("cursor", cursor),
        ]);
    }
}
