using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Queries over the documents of a namespace.</summary>
internal static partial class KvEndpoints
{
    private static async Task QueryAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        KvQueryRequest query;
        using (var body = await RequestBody.ReadAsync(request))
        {
            query = KvQueryBody.Parse(body.Bytes.Span, QueryParameters.ParseAsOf);
        }

        query = query with { Cursor = GetQueryCursor(request.Path), AsOf = QueryParameters.GetAsOf(request.Path, query.AsOf) };
        var result = await request.Database.KvService.QueryAsync(request.GetReadCall(), workspace, ns, query, request.Cancellation);
        await SendAsync(request, result, query.AsOf, result.Next is null ? null : Answers.ComposeLink(request, ("asOf", QueryParameters.Find(request.Path, "asOf")), ("cursor", result.Next.ToString())));
    }

    /// <summary>Answers with a page of rows or groups; views have the same.</summary>
    internal static async Task SendAsync(ApiRequest request, KvQueryResult result, AsOf asked, string? nextLink)
    {
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (var row in result.Rows)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, row.Key);
            json.WritePropertyName("value"u8);
            json.WriteRawValue(row.Value.Span, skipInputValidation: true);
            if (!row.WriteId.IsNone)
            {
                answer.WriteProperty("writeId"u8, row.WriteId);
                answer.WriteProperty("systemTime"u8, row.SystemTime);
            }

            json.WriteEndObject();
        }

        foreach (var group in result.Groups)
        {
            json.WriteRawValue(group.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
        if (result.Total is { } total)
        {
            json.WriteNumber("total"u8, total);
        }
        else
        {
            json.WriteNull("total"u8);
        }

        Answers.WriteNextLink(answer, nextLink);
        Answers.WriteAsOf(answer, result.AsOf, asked);
        WritePlan(answer, result.Plan);
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WritePlan(JsonAnswer answer, KvQueryPlan plan)
    {
        var json = answer.Writer;
        json.WriteStartObject("plan"u8);
        json.WriteString("path"u8, plan.Path);
        json.WriteNumber("keys"u8, plan.KeyCount);
        json.WriteNumber("keysFromSegments"u8, plan.SealedKeyCount);
        json.WriteNumber("bytes"u8, plan.ByteCount);
        json.WriteNumber("partitions"u8, plan.PartitionCount);
        json.WriteNumber("turns"u8, plan.TurnCount);
        json.WriteBoolean("exitedEarly"u8, plan.ExitedEarly);
        json.WriteBoolean("complete"u8, plan.IsComplete);
        if (plan.Index is { } index)
        {
            json.WriteString("index"u8, index);
        }
        else
        {
            json.WriteNull("index"u8);
        }

        json.WriteNumber("changes"u8, plan.ChangeCount);
        json.WriteEndObject();
    }

    internal static KvQueryCursor? GetQueryCursor(PathSegments path)
    {
        if (QueryParameters.Find(path, "cursor") is not { } text)
        {
            return null;
        }

        return KvQueryCursor.TryParse(text, out var cursor) ? cursor : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
    }

    private static ReadOnlyMemory<byte> GetFilter(PathSegments path) =>
        QueryParameters.Find(path, "filter") is { } text ? Encoding.UTF8.GetBytes(text) : default;
}
