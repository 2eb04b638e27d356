using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Telemetry;

namespace OrleansTemporal.Requests;

/// <summary>
/// The first middleware: bounds how many requests run at once, decodes the path, finds the endpoint, and turns every
/// failure into a problem. A startup filter, so that it stands before the framework's own routing in any host.
/// </summary>
internal sealed class RequestPipeline : IStartupFilter
{
    private readonly HttpServices services;
    private readonly ILogger<RequestPipeline> logger;
    private readonly Parking parking;
    private readonly RequestDeadlines deadlines;
    private RouteTable? routes;
    private int running;

    public RequestPipeline(HttpServices services, ILogger<RequestPipeline> logger)
    {
        this.services = services;
        this.logger = logger;
        deadlines = new RequestDeadlines(services.Options.RequestTimeout, services.Time);
        parking = new Parking(services.Options.StreamsConcurrentMax, () => Interlocked.Decrement(ref running));
    }

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => http => InvokeAsync(http, following));
        next(app);
    };

    private static bool IsLiveness(PathSegments path) => path.Count == 2 && path.GetSpan(0) is "health" && path.GetSpan(1) is "live";

    private Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!PathSegments.TryParse(GetRawTarget(http), out var path, out var fault))
        {
            return AnswerAsync(http, new Problem(StatusCodes.Status400BadRequest, ErrorCodes.MalformedPath, fault!));
        }

        if (Interlocked.Increment(ref running) > services.Options.RequestsConcurrentMax && !IsLiveness(path!))
        {
            Interlocked.Decrement(ref running);
            return AnswerAsync(http, TooBusy());
        }

        return RunAsync(http, path!, next);
    }

    private async Task RunAsync(HttpContext http, PathSegments path, RequestDelegate next)
    {
        var deadline = deadlines.Rent();
        var request = new ApiRequest(http, path, services, parking, deadline.Token);
        try
        {
            http.Features.Set(request);
            if (Refuse(http, path) is { } refusal)
            {
                await AnswerAsync(http, refusal);
                return;
            }

            await next(http);
            if (http.Response.StatusCode == StatusCodes.Status404NotFound && http.GetEndpoint() is null && !http.Response.HasStarted)
            {
                await AnswerAsync(http, RouteNotFound());
            }
        }
        catch (Exception exception)
        {
            await FailAsync(request, exception, deadline.IsCancellationRequested);
        }
        finally
        {
            RequestSpan.Complete(http);
            if (request.IsRunning)
            {
                Interlocked.Decrement(ref running);
            }

            deadlines.Return(deadline);
        }
    }

    // Finds the endpoint of one of our paths. A path that is none of ours goes on to whatever else the host maps,
    // as a path in which escapes can no longer form new segments.
    private Problem? Refuse(HttpContext http, PathSegments path)
    {
        var table = routes ??= new RouteTable(http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints);
        if (table.Find(path, http.Request.Method, out var allow) is { } endpoint)
        {
            http.SetEndpoint(endpoint);
            return IsForeignPage(http) ? Foreign() : null;
        }

        if (allow is not null)
        {
            return new Problem(StatusCodes.Status405MethodNotAllowed, HttpErrorCodes.MethodNotAllowed, $"This path has {allow}.") { Allow = allow };
        }

        if (path.Count > PathSegments.CountMax || (path.Count > 0 && path.GetSpan(0) is "v1"))
        {
            return RouteNotFound();
        }

        if (path.HasEscapes)
        {
            http.Request.Path = new PathString(path.ToCanonicalText());
        }

        return null;
    }

    // Any page that a browser on this machine shows can send a POST to a loopback port; only its answer is kept from it.
    private static bool IsForeignPage(HttpContext http)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || http.Request.Headers.Origin is not { Count: > 0 } origin)
        {
            return false;
        }

        return !Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page)
            || !string.Equals(page.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private async Task FailAsync(ApiRequest request, Exception exception, bool timedOut)
    {
        var http = request.Http;
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var problem = ProblemMapping.From(exception, timedOut, request.WriteStarted);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            logger.RequestFailed(http.Request.Method, problem.Code, exception);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await AnswerAsync(http, BringBack(request, exception) is { } location ? problem with { OperationLocation = location } : problem);
    }

    // What is archived comes back because somebody has asked for it; where that is seen goes with the answer.
    private string? BringBack(ApiRequest request, Exception exception)
    {
        if (exception is not TemporalException { Kind: ErrorKind.Archived, ObjectPath: { } path } || request.Path.Count < 2 || services.Host.Current is not { } database)
        {
            return null;
        }

        var workspace = request.Path[1];
        return OperationEndpoints.LocationOf(workspace, database.Archive.BringBack(workspace, path));
    }

    private Task AnswerAsync(HttpContext http, Problem problem) =>
        ProblemWriter.WriteAsync(http, problem, SystemTimeHeader.Format(services.Host.SystemTime));

    private static Problem RouteNotFound() => new(
        StatusCodes.Status404NotFound, ErrorCodes.RouteNotFound, "No such route; /openapi/v1.json lists those there are.");

    private static Problem Foreign() => new(
        StatusCodes.Status403Forbidden, ErrorCodes.Forbidden, "A page of another origin may not write here.")
    { Field = "Origin" };

    private Problem TooBusy() => new(
        StatusCodes.Status503ServiceUnavailable, ErrorCodes.TooBusy, "Too many requests run at once.")
    {
        Limit = services.Options.RequestsConcurrentMax,
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private static string GetRawTarget(HttpContext http)
    {
        var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;

        // In-memory test hosts have no raw target; there the path is what the client wrote.
        return target.Length > 0 ? target : http.Request.PathBase.Add(http.Request.Path).ToUriComponent() + http.Request.QueryString;
    }
}
