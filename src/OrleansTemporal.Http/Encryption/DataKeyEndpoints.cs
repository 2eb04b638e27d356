using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Encryption;

/// <summary>The routes of data keys: which there are, and another one. Their bytes never leave the key store.</summary>
internal static class DataKeyEndpoints
{
    private const string Tag = "data keys";
    private const string Route = "/v1/{workspace}/data-keys";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Route, ListAsync, new("listDataKeys", Tag, "Lists the data keys of the workspace that are not destroyed.")
        {
            Parameters = ["limit", "cursor"],
            Answers = [(200, "DataKeys")],
        });
        endpoints.MapApi("POST", Route, RotateAsync, new("rotateDataKey", Tag, "Makes another data key for a key, a namespace or the workspace; what stands under the ones before stays readable.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "DataKeyScope",
            BodyIsOptional = true,
            Answers = [(201, "DataKey")],
            Problems = [410, 422, 429, 503],
        });
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = ParseCursor(QueryParameters.Find(request.Path, "cursor"));
        var keys = await request.Database.KvService.ListDataKeysAsync(request.GetReadCall(), WorkspaceEndpoints.GetName(request), request.Cancellation);
        var page = keys.SkipWhile(key => after is { } place && Compare(key, place) <= 0).Take(limit + 1).ToArray();
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var key in page.Take(limit))
        {
            answer.Writer.WriteStartObject();
            Write(answer, key);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Length <= limit ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", CursorOf(page[limit - 1]))));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task RotateAsync(ApiRequest request)
    {
        var workspace = WorkspaceEndpoints.GetName(request);
        DataKeyInfo made;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var scope = body.Bytes.IsEmpty ? DataKeyScope.OfWorkspace(workspace) : ParseScope(workspace, body.Bytes);
            made = await request.Database.KvService.RotateDataKeyAsync(request.GetWriteCall(body.Bytes.Span), scope, request.Cancellation);
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Write(answer, made);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, StatusCodes.Status201Created);
    }

    private static DataKeyScope ParseScope(string workspace, ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        string? ns = null, key = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "namespace":
                    ns = Names.Validate(JsonBody.GetText(property.Value, "namespace"), "namespace");
                    break;
                case "key":
                    key = EntityKeys.Validate(JsonBody.GetText(property.Value, "key"), "key");
                    break;
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        return DataKeyScope.Of(workspace, ns, key);
    }

    private static void Write(JsonAnswer answer, DataKeyInfo key)
    {
        answer.WriteProperty("id"u8, key.Id);
        if (key.Scope.Namespace is { } ns)
        {
            answer.Writer.WriteString("namespace"u8, ns);
        }

        if (key.Scope.Key is { } one)
        {
            answer.Writer.WriteString("key"u8, one);
        }

        answer.Writer.WriteNumber("number"u8, key.Number);
        answer.Writer.WriteString("state"u8, key.State == DataKeyState.Active ? "active"u8 : "retired"u8);
        answer.Writer.WriteString("createdAt"u8, key.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    // A number, and what the key covers: the order of the list, so that a page goes on wherever keys come and go.
    private static string CursorOf(DataKeyInfo key) => string.Create(CultureInfo.InvariantCulture, $"{key.Number}:{key.Scope}");

    private static (string Scope, int Number)? ParseCursor(string? cursor) =>
        cursor is null ? null
        : cursor.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            && int.TryParse(cursor.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (cursor[(colon + 1)..], number)
            : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");

    private static int Compare(DataKeyInfo key, (string Scope, int Number) place) =>
        string.CompareOrdinal(key.Scope.ToString(), place.Scope) is var order and not 0 ? order : key.Number.CompareTo(place.Number);
}
