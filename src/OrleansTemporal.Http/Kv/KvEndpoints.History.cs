using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>The history of one key.</summary>
internal static partial class KvEndpoints
{
    // Versions carry their values, so an answer is gathered in small steps and ends early when it grows large.
    private const int HistoryStepCount = 64;

    private static async Task HistoryAsync(ApiRequest request)
    {
        var (workspace, ns, key) = (GetWorkspace(request), GetNamespace(request), request.GetKey(KeySegment));
        var limit = QueryParameters.GetLimit(request.Path);
        var query = (await GetHistoryQueryAsync(request, workspace, ns, key)) with { Filter = GetFilter(request.Path) };
        var kv = request.Database.KvService;
        var stepCount = Math.Min(limit, HistoryStepCount);
        var page = await kv.GetHistoryAsync(request.GetReadCall(), workspace, ns, query with { Limit = stepCount }, request.Cancellation);
        if (!page.KeyExists)
        {
            throw NotFound(default);
        }

        // Later pages stop at what this one knew of, so pages stay stable under writes.
        var asOf = page.SystemTime;
        query = query with { To = query.To.Value == 0 ? Next(asOf) : query.To };
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        var count = 0;
        var keptFrom = HybridTimestamp.Zero;
        while (true)
        {
            keptFrom = HybridTimestamp.Max(keptFrom, page.KeptFrom);
            foreach (var version in page.Versions)
            {
                WriteHistoryEntry(answer, version);
            }

            // A step that is not full though there are more versions has looked at as many as one request may.
            count += page.Versions.Length;
            if (page.Next.IsNone || count >= limit || page.Versions.Length < stepCount || answer.Length >= request.Options.AnswerBytesMax)
            {
                break;
            }

            stepCount = Math.Min(limit - count, HistoryStepCount);
            var step = query with { Cursor = page.Next, Limit = stepCount };
            page = await kv.GetHistoryAsync(request.GetReadCall(), workspace, ns, step, request.Cancellation);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Next.IsNone ? null : ComposeHistoryLink(request, query, limit, page.Next));
        Answers.WriteAsOf(answer, asOf, AsOf.Latest);
        if (keptFrom.Value != 0)
        {
            answer.Writer.WriteString("keptFrom"u8, keptFrom.ToString());
        }

        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteHistoryEntry(JsonAnswer answer, KvVersion version)
    {
        answer.Writer.WriteStartObject();
        KvJson.WriteVersion(answer, version);
        answer.Writer.WriteBoolean("deleted"u8, version.IsDeleted);
        answer.Writer.WriteBoolean("erased"u8, version.IsErased);
        answer.Writer.WriteEndObject();
    }

    private static async ValueTask<KvHistoryQuery> GetHistoryQueryAsync(ApiRequest request, string workspace, string ns, string key)
    {
        var path = request.Path;
        var to = QueryParameters.FindInstant(path, "to");
        var asOf = QueryParameters.GetAsOf(path);
        if (!asOf.IsLatest)
        {
            // The read of the key refuses moments that can not be, and says which instant a sequence stands for.
            var read = await request.Database.KvService.GetAsync(request.GetReadCall(), workspace, ns, key, asOf, request.Cancellation);
            var end = Next(read.SystemTime);
            to = to is { } asked ? HybridTimestamp.Min(asked, end) : end;
        }

        return new KvHistoryQuery
        {
            Key = key,
            Ascending = ParseOrder(path),
            From = QueryParameters.FindInstant(path, "from") ?? default,

            // Zero means no bound, but an instant before 1970 is a bound that nothing is below.
            To = to is { } bound ? HybridTimestamp.Max(bound, new HybridTimestamp(1)) : default,
            Cursor = ParseCursor(path),
        };
    }

    private static string ComposeHistoryLink(ApiRequest request, KvHistoryQuery query, int limit, WriteId next) => Answers.ComposeLink(
        request,
        ("limit", limit.ToString(CultureInfo.InvariantCulture)),
        ("order", query.Ascending ? "asc" : "desc"),
        ("from", query.From.Value == 0 ? null : query.From.ToString()),
        ("to", query.To.ToString()),
        ("filter", QueryParameters.Find(request.Path, "filter")),
        ("cursor", next.ToString()));

    private static HybridTimestamp Next(HybridTimestamp time) => time == HybridTimestamp.MaxValue ? time : new(time.Value + 1);

    private static bool ParseOrder(PathSegments path) => QueryParameters.Find(path, "order") switch
    {
        null or "desc" => false,
        "asc" => true,
        _ => throw QueryParameters.Malformed("order", "'order' is asc or desc."),
    };

    private static WriteId ParseCursor(PathSegments path)
    {
        if (QueryParameters.Find(path, "cursor") is not { } text)
        {
            return WriteId.None;
        }

        return WriteId.TryParse(text, out var cursor) ? cursor : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
    }
}
