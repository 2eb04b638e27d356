using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansTemporal.Agents;
using OrleansTemporal.Hosting;
using OrleansTemporal.Requests;
using OrleansTemporal.Signals;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Pages;

/// <summary>The first page: what is inside, and what to try.</summary>
internal static class HomePageEndpoints
{
    // A page is for people: what does not fit on it is what the API is for.
    private const int WorkspacesShownMax = 20;
    private const int NamespacesShownMax = 20;
    private const int AgentsShownMax = 20;
    private const int LedgersShownMax = 5;
    private const int LeadersShownMax = 5;
    private const int StreamsShownMax = 200;

    /// <summary>Maps it.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        PageAssets.Map(endpoints);
        var host = endpoints.ServiceProvider.GetRequiredService<DatabaseHost>();
        endpoints.MapApi("GET", "/", request => GetAsync(request, host), new("getHomePage", "health", "A page that shows what is inside.")
        {
            Answers = [(200, "Html")],
            ContentType = "text/html",
        });
    }

    private static async Task GetAsync(ApiRequest request, DatabaseHost host)
    {
        var content = host.Current is { } database ? await GatherAsync(request, database) : new HomePageContent { Fault = host.NotReadyReason };
        var http = request.Http;
        var page = Encoding.UTF8.GetBytes(HomePage.Render(content with { Address = $"{http.Request.Scheme}://{http.Request.Host}" }));
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        Answers.StampSystemTime(request);
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = page.Length;
        await http.Response.Body.WriteAsync(page, request.Cancellation);
    }

    private static async Task<HomePageContent> GatherAsync(ApiRequest request, TemporalDatabase database)
    {
        var (call, cancellation) = (request.GetReadCall(), request.Cancellation);
        var workspaces = await database.Workspaces.ListAsync(call, null, WorkspacesShownMax, cancellation);
        var sections = new List<HomePageContent.Section>();
        foreach (var workspace in workspaces)
        {
            var namespaces = await database.KvService.ListNamespacesAsync(call, workspace.Name, null, NamespacesShownMax, cancellation);
            var agents = await database.Agents.ListAsync(call, workspace.Name, null, cancellation);
            sections.Add(new(workspace, namespaces, [.. agents.OrderByDescending(agent => agent.SystemTime).Take(AgentsShownMax)])
            {
                Streams = await database.SeriesService.ListAsync(call, workspace.Name, null, StreamsShownMax, cancellation),
                Ledgers = await GatherLedgersAsync(request, database, workspace.Name),
            });
        }

        return new HomePageContent { Sections = sections, Log = database.Log, SystemTime = database.SystemTime, Fault = database.NotReadyReason };
    }

    private static async Task<ImmutableArray<HomePageContent.Ledger>> GatherLedgersAsync(ApiRequest request, TemporalDatabase database, string workspace)
    {
        var (call, cancellation) = (request.GetReadCall(), request.Cancellation);
        var shown = ImmutableArray.CreateBuilder<HomePageContent.Ledger>();
        foreach (var info in await database.SignalService.ListAsync(call, workspace, null, LedgersShownMax, cancellation))
        {
            var query = new SignalTopQuery { Signal = info.Schema.Types[0].Name, K = LeadersShownMax };
            shown.Add(new(info, (await database.SignalService.TopAsync(call, workspace, info.Name, query, cancellation)).Ranks));
        }

        return shown.DrainToImmutable();
    }
}
