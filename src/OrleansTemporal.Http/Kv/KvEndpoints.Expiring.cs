using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>What is going to end.</summary>
internal static partial class KvEndpoints
{
    private static async Task ListExpiringAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        var path = request.Path;
        var asOf = QueryParameters.GetAsOf(path);
        var query = new KvExpiringQuery
        {
            Within = KvTimes.GetWithin(path),
            After = ParsePlace(QueryParameters.Find(path, "cursor")),
            Limit = QueryParameters.GetLimit(path),
            AsOf = asOf,
        };
        var page = await request.Database.KvService.ListExpiringAsync(request.GetReadCall(), workspace, ns, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var entry in page.Entries)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("key"u8, entry.Key);
            answer.WriteProperty("writeId"u8, entry.WriteId);
            answer.WriteProperty("systemTime"u8, entry.SystemTime);
            answer.WriteProperty("expiresAt"u8, entry.ExpiresAt);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Next is not { } next ? null : Answers.ComposeLink(
            request,
            ("within", Durations.Format(query.Within)),
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
            ("asOf", asOf.Sequence is { } sequence ? sequence.ToString(CultureInfo.InvariantCulture) : page.SystemTime.ToString()),
            ("cursor", $"{next.ExpiresAt.Value.ToString("x16", CultureInfo.InvariantCulture)}{next.Key}")));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    // Sixteen digits of the instant, then the key.
    private static KvExpiryPlace? ParsePlace(string? cursor) =>
        cursor is null ? null
        : cursor.Length >= 16 && ulong.TryParse(cursor.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var instant)
            ? new KvExpiryPlace(new HybridTimestamp(instant), cursor.Length == 16 ? null : EntityKeys.Validate(cursor[16..], "cursor"))
            : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
}
