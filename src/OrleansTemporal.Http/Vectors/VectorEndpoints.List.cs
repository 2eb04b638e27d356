using System.Globalization;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>All vectors of a collection, page by page.</summary>
internal static partial class VectorEndpoints
{
    private static async Task ListVectorsAsync(ApiRequest request)
    {
        var (workspace, collection) = (GetWorkspace(request), GetCollection(request));
        var limit = QueryParameters.GetLimit(request.Path);
        var asOf = QueryParameters.GetAsOf(request.Path);
        var cursor = GetListCursor(request.Path);
        var page = await request.Database.VectorService.ListAsync(request.GetReadCall(), workspace, collection, cursor, limit, asOf, request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (var version in page.Versions)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, version.Id);
            VectorJson.WriteValues(json, version.Vector.Span);
            VectorJson.WriteMetadata(json, version.Metadata);
            answer.WriteProperty("writeId"u8, version.WriteId);
            answer.WriteProperty("systemTime"u8, version.SystemTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Answers.WriteNextLink(answer, page.Next is not { } next ? null : Answers.ComposeLink(
            request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", next.ToString())));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static VectorListCursor? GetListCursor(PathSegments path) =>
        QueryParameters.Find(path, "cursor") is not { } text ? null
        : VectorListCursor.TryParse(text, out var cursor) ? cursor
        : throw QueryParameters.Malformed("cursor", "'cursor' is what a nextLink carries.");
}
