using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Kv;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Views;

/// <summary>The routes of the views facet.</summary>
internal static class ViewEndpoints
{
    private const string Tag = "views";
    private const string View = "/v1/{workspace}/views/{view}";

    private const int WorkspaceSegment = 1;
    private const int ViewSegment = 3;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("PUT", View, PutAsync, new("putView", Tag, "Defines a view, or defines it anew.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "ViewDefinition",
            Answers = [(200, "ViewWritten"), (201, "ViewWritten")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", View, GetAsync, new("getView", Tag, "Says what a view is, and how far it is.")
        {
            Answers = [(200, "View")],
        });
        endpoints.MapApi("DELETE", View, DeleteAsync, new("deleteView", Tag, "Removes a view that no other is over.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/views", ListAsync, new("listViews", Tag, "Lists the views.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Views")],
        });
        endpoints.MapApi("GET", View + "/rows", ReadAsync, new("readView", Tag, "Reads rows of a view, now or as of a moment.")
        {
            Parameters = ["limit", "asOf", "cursor"],
            Answers = [(200, "KvQueryAnswer")],
            Problems = [410, 413, 422],
        });
        endpoints.MapApi("POST", View + "/refresh", RefreshAsync, new("refreshView", Tag, "Takes in what is new.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "ViewStats")],
            Problems = [413, 422, 429, 503],
        });
    }

    private static async Task PutAsync(ApiRequest request)
    {
        var (workspace, view) = Names(request);
        ViewDefinition definition;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            definition = ViewDefinitionJson.Parse(body.Bytes.Span);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.Views.PutAsync(call, workspace, view, definition, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        ViewDefinitionJson.WriteMembers(answer.Writer, definition);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var (workspace, view) = Names(request);
        var info = await request.Database.Views.GetAsync(request.GetReadCall(), workspace, view, request.Cancellation);
        var answer = JsonAnswer.Rent();
        WriteInfo(answer, info);
        await Answers.SendAsync(request, answer);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var (workspace, view) = Names(request);
        var receipt = await request.Database.Views.DeleteAsync(request.GetWriteCall([]), workspace, view, request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        var infos = await request.Database.Views.ListAsync(
            request.GetReadCall(), request.GetName(WorkspaceSegment, "workspace"), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var info in infos.Take(limit))
        {
            WriteInfo(answer, info);
        }

        answer.Writer.WriteEndArray();
        var next = QueryParameters.HasMore(limit, infos.Length) ? infos[Math.Min(limit, infos.Length) - 1].Name : null;
        Answers.WriteNextLink(answer, next is null ? null : Answers.ComposeLink(request, ("limit", $"{limit}"), ("after", next)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ReadAsync(ApiRequest request)
    {
        var (workspace, view) = Names(request);
        var asked = new ViewRowsRequest
        {
            Limit = QueryParameters.GetLimit(request.Path),
            AsOf = QueryParameters.GetAsOf(request.Path),
            Cursor = KvEndpoints.GetQueryCursor(request.Path),
        };
        var result = await request.Database.Views.ReadAsync(request.GetReadCall(), workspace, view, asked, request.Cancellation);
        var link = result.Next is null ? null : Answers.ComposeLink(request, ("limit", $"{asked.Limit}"), ("cursor", result.Next.ToString()));
        await KvEndpoints.SendAsync(request, result, asked.AsOf, link);
    }

    private static async Task RefreshAsync(ApiRequest request)
    {
        var (workspace, view) = Names(request);
        var stats = await request.Database.Views.RefreshAsync(request.GetWriteCall([]), workspace, view, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteStats(answer, stats);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteInfo(JsonAnswer answer, ViewInfo info)
    {
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name"u8, info.Name);
        ViewDefinitionJson.WriteMembers(answer.Writer, info.Definition);
        answer.WriteProperty("systemTime"u8, info.DefinedAt);
        answer.Writer.WriteStartObject("state"u8);
        WriteStats(answer, info.Stats);
        answer.Writer.WriteEndObject();
        answer.Writer.WriteEndObject();
    }

    private static void WriteStats(JsonAnswer answer, ViewStats stats)
    {
        var json = answer.Writer;
        json.WriteNumber("rows"u8, stats.RowCount);
        json.WriteNumber("bytes"u8, stats.Bytes);
        json.WriteNumber("changes"u8, stats.ChangeCount);
        json.WriteNumber("builds"u8, stats.BuildCount);
        if (stats.SystemTime.Value == 0)
        {
            json.WriteNull("systemTime"u8);
            json.WriteNull("knownFrom"u8);
            return;
        }

        answer.WriteProperty("systemTime"u8, stats.SystemTime);
        answer.WriteProperty("knownFrom"u8, stats.KnownFrom);
    }

    private static (string Workspace, string View) Names(ApiRequest request) =>
        (request.GetName(WorkspaceSegment, "workspace"), request.GetName(ViewSegment, "view"));
}
