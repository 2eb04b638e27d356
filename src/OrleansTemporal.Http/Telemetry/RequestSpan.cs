using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansTemporal.Telemetry;

/// <summary>Completes the framework's span of a request with what only routing and the answer know (OpenTelemetry semantic conventions for HTTP).</summary>
internal static class RequestSpan
{
    /// <summary>Names the span after the route, says how the request ended, and marks faults of the service.</summary>
    internal static void Complete(HttpContext http)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            return;
        }

        var status = http.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
