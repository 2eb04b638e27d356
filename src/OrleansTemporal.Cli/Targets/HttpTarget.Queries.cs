using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async Task<QueryPage> QueryAsync(string ns, ReadOnlyMemory<byte> query, string? cursor, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{PathOf(ns)}/query{Query(("cursor", cursor))}") { Body = query };
        using var answer = await client.SendAsync(request, cancellationToken);
        var rows = answer.Root.GetProperty("value").EnumerateArray().ToList();
        var plan = answer.Root.GetProperty("plan");
        var isGrouped = plan.GetProperty("path").GetString() == "groups";
        var total = answer.Root.GetProperty("total");
        var link = answer.Root.GetProperty("nextLink").GetString();
        return new QueryPage(
            isGrouped ? [] : [.. rows.Select(RestAnswers.ReadEntry)],
            isGrouped ? [.. rows.Select(static row => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(row.GetRawText()))] : [],
            total.ValueKind == JsonValueKind.Null ? null : total.GetInt64(),
            link is null ? null : link[(link.IndexOf(CursorParameter, StringComparison.Ordinal) + CursorParameter.Length)..])
        {
            KeyCount = plan.GetProperty("keys").GetInt64(),
            ByteCount = plan.GetProperty("bytes").GetInt64(),
        };
    }

    private const string CursorParameter = "cursor=";
}
