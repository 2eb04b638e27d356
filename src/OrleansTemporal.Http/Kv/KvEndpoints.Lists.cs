using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Lists of keys and namespaces.</summary>
internal static partial class KvEndpoints
{
    private static async Task ListAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        var path = request.Path;
        var asOf = QueryParameters.GetAsOf(path);
        var query = new KvListQuery
        {
            Prefix = QueryParameters.Find(path, "prefix") ?? "",
            After = GetAfter(path),
            Limit = QueryParameters.GetLimit(path),
            AsOf = asOf,
        };
        if (query.Prefix.Length > 0)
        {
            EntityKeys.Validate(query.Prefix, "prefix");
        }

        var page = await request.Database.KvService.ListAsync(request.GetReadCall(), workspace, ns, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var entry in page.Entries)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("key"u8, entry.Key);
            answer.WriteProperty("writeId"u8, entry.WriteId);
            answer.WriteProperty("systemTime"u8, entry.SystemTime);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Next is null ? null : Answers.ComposeLink(
            request,
            ("prefix", query.Prefix.Length > 0 ? query.Prefix : null),
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
            ("asOf", asOf.Sequence is { } sequence ? sequence.ToString(CultureInfo.InvariantCulture) : page.AsOf.ToString()),
            ("after", page.Next)));
        Answers.WriteAsOf(answer, page.AsOf, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListNamespacesAsync(ApiRequest request)
    {
        var workspace = GetWorkspace(request);
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        after = after is null ? null : Names.Validate(after, "after");

        var namespaces = await request.Database.KvService.ListNamespacesAsync(
            request.GetReadCall(), workspace, after, QueryParameters.ToPeek(limit), request.Cancellation);
        var count = Math.Min(limit, namespaces.Length);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var info in namespaces.AsSpan()[..count])
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("name"u8, info.Name);
            answer.Writer.WriteNumber("keyCount"u8, info.LiveKeyCount);
            answer.Writer.WriteNumber("versionCount"u8, info.VersionCount);
            answer.Writer.WriteNumber("bytes"u8, info.ValueBytes);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !QueryParameters.HasMore(limit, namespaces.Length) ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", namespaces[count - 1].Name)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static string? GetAfter(PathSegments path) =>
        QueryParameters.Find(path, "after") is { } after ? EntityKeys.Validate(after, "after") : null;
}
