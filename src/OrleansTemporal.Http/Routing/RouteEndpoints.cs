using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Routing;

/// <summary>The routes of routes: which deltas go into which channels.</summary>
internal static class RouteEndpoints
{
    private const string Tag = "channels";
    private const string Routes = "/v1/{workspace}/routes";
    private const string Route = Routes + "/{route}";

    private const int WorkspaceSegment = 1;
    private const int RouteSegment = 3;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Routes, ListAsync, new("listRoutes", Tag, "Lists the routes in name order.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Routes")],
        });
        endpoints.MapApi("PUT", Route, PutAsync, new("putRoute", Tag, "Makes a route, or has it say something else from now on.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "RouteDefinition",
            Answers = [(200, "RouteWritten"), (201, "RouteWritten")],
            Problems = [409, 413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Route, GetAsync, new("getRoute", Tag, "Shows a route, now or as of a moment.")
        {
            Parameters = ["asOf"],
            Answers = [(200, "Route")],
            Problems = [422],
        });
        endpoints.MapApi("DELETE", Route, DeleteAsync, new("deleteRoute", Tag, "Ends a route; channels keep what it led to them.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [422, 429, 503],
        });
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var routes = await request.Database.Routes.ListAsync(
            request.GetReadCall(), GetWorkspace(request), QueryParameters.Find(request.Path, "after"), QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var route in routes.Take(limit))
        {
            WriteRoute(answer, route);
        }

        answer.Writer.WriteEndArray();
        var link = QueryParameters.HasMore(limit, routes.Length)
            ? Answers.ComposeLink(request, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("after", routes[limit - 1].Name))
            : null;
        Answers.WriteNextLink(answer, link);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutAsync(ApiRequest request)
    {
        RouteDefinition route;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (var document = JsonBody.Parse(body.Bytes))
            {
                route = RouteJson.Read(document.RootElement);
            }

            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.Routes.PutAsync(call, GetWorkspace(request), GetRoute(request), route, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        RouteJson.WriteMembers(answer.Writer, route);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var route = await request.Database.Routes.GetAsync(
            request.GetReadCall(), GetWorkspace(request), GetRoute(request), QueryParameters.GetAsOf(request.Path), request.Cancellation);
        var answer = JsonAnswer.Rent();
        WriteRoute(answer, route);
        await Answers.SendAsync(request, answer);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var receipt = await request.Database.Routes.DeleteAsync(request.GetWriteCall([]), GetWorkspace(request), GetRoute(request), request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteRoute(JsonAnswer answer, RouteInfo route)
    {
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name"u8, route.Name);
        RouteJson.WriteMembers(answer.Writer, route.Definition);
        answer.Writer.WriteNumber("sequence"u8, route.Sequence);
        answer.WriteProperty("systemTime"u8, route.SystemTime);
        answer.Writer.WriteEndObject();
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetRoute(ApiRequest request) => request.GetName(RouteSegment, "route");
}
