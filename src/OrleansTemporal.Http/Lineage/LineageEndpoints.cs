using System.Globalization;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Lineage;

/// <summary>The route of lineage: one question in, a list out.</summary>
internal static class LineageEndpoints
{
    private const int WorkspaceSegment = 1;

    /// <summary>Maps it.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("POST", "/v1/{workspace}/lineage", AskAsync, new("askLineage", "lineage", "Answers what follows from what, over writes and their causes or documents and their references.")
        {
            Parameters = ["limit", "cursor", "asOf"],
            Body = "LineageQuestion",
            Answers = [(200, "LineageAnswer")],
            Problems = [422],
        });

    private static async Task AskAsync(ApiRequest request)
    {
        var workspace = request.GetName(WorkspaceSegment, "workspace");
        LineageQuery query;
        using (var body = await RequestBody.ReadAsync(request))
        {
            query = LineageBody.Parse(body.Bytes);
        }

        // A nextLink names the moment of the first page, whatever the body says.
        var asOf = QueryParameters.GetAsOf(request.Path);
        query = query with
        {
            Limit = QueryParameters.GetLimit(request.Path),
            Cursor = QueryParameters.Find(request.Path, "cursor"),
            AsOf = asOf.IsLatest ? query.AsOf : asOf,
        };
        var found = await request.Database.Lineage.AskAsync(request.GetReadCall(), workspace, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var row in found.Rows)
        {
            LineageJson.WriteRow(answer, row, found.HasGroups);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, found.Next is null ? null : Answers.ComposeLink(
            request,
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
            ("asOf", found.AsOf.ToString()),
            ("cursor", found.Next)));
        answer.Writer.WriteBoolean("complete"u8, found.IsComplete);
        if (found.IsConnected is { } connected)
        {
            answer.Writer.WriteBoolean("connected"u8, connected);
        }

        Answers.WriteAsOf(answer, found.AsOf, query.AsOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }
}
