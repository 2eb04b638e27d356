using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Health;

/// <summary>Liveness and readiness.</summary>
internal static class HealthEndpoints
{
    private const string Tag = "health";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        var host = endpoints.ServiceProvider.GetRequiredService<DatabaseHost>();
        var resources = endpoints.ServiceProvider.GetRequiredService<ResourceGuard>();
        endpoints.MapApi("GET", "/health/live", request => AnswerAsync(request, "live"), new("getLiveness", Tag, "Says that the process answers.")
        {
            Answers = [(200, "Health")],
        });
        endpoints.MapApi("GET", "/health/ready", request => ReadyAsync(request, host, resources), new("getReadiness", Tag, "Says whether data can be read and written.")
        {
            Answers = [(200, "Health")],
            Problems = [503],
        });
    }

    private static Task ReadyAsync(ApiRequest request, DatabaseHost host, ResourceGuard resources)
    {
        var reason = host.NotReadyReason ?? GetLogFault(host) ?? resources.Shortage;
        return reason is null
            ? AnswerAsync(request, "ready")
            : throw new ProblemException(new Problem(StatusCodes.Status503ServiceUnavailable, ErrorCodes.NotReady, reason) { RetryAfter = TimeSpan.FromSeconds(1) });
    }

    private static string? GetLogFault(DatabaseHost host) =>
        host.Current?.Log is { IsWritable: false } log ? $"The log is read-only: {log.Fault}" : null;

    private static Task AnswerAsync(ApiRequest request, string status)
    {
        request.Http.Response.Headers.CacheControl = "no-store";
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status"u8, status);
        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer);
    }
}
