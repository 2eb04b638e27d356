using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Targets;

/// <summary>The views of a workspace behind a server.</summary>
internal sealed class HttpViews(RestClient client, string root) : IViewTarget
{
    private const string CursorParameter = "cursor=";

    public async Task<bool> PutAsync(string view, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Put, PathOf(view)) { Body = definition, IsWrite = true }, cancellationToken);
        return answer.Status == HttpStatusCode.Created;
    }

    public IAsyncEnumerable<JsonElement> ListAsync(CancellationToken cancellationToken) => client.PagesAsync($"{root}/views", cancellationToken);

    public async Task<QueryPage> ReadAsync(string view, string? asOf, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var parameters = HttpTarget.Query(("asOf", asOf), ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor));
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, $"{PathOf(view)}/rows{parameters}"), cancellationToken);
        var rows = answer.Root.GetProperty("value").EnumerateArray().ToList();
        var isGrouped = answer.Root.GetProperty("plan").GetProperty("path").GetString() == "viewGroups";
        var link = answer.Root.GetProperty("nextLink").GetString();
        return new QueryPage(
            isGrouped ? [] : [.. rows.Select(RestAnswers.ReadEntry)],
            isGrouped ? [.. rows.Select(static row => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(row.GetRawText()))] : [],
            answer.Root.GetProperty("total").GetInt64(),
            link is null ? null : link[(link.IndexOf(CursorParameter, StringComparison.Ordinal) + CursorParameter.Length)..]);
    }

    public async Task<long> RefreshAsync(string view, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOf(view)}/refresh"), cancellationToken);
        return answer.Root.GetProperty("rows").GetInt64();
    }

    public async Task DeleteAsync(string view, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Delete, PathOf(view)) { IsWrite = true }, cancellationToken);
    }

    private string PathOf(string view) => $"{root}/views/{RestClient.Segment(Names.Validate(view, "view"))}";
}
