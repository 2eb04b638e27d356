using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Cli.Tests.Targets;

/// <summary>A server over real sockets that gives prepared answers, one for each request, and keeps what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private FakeServer(WebApplication application) => this.application = application;

    public Uri Url => new(application.Urls.Single());

    public ConcurrentQueue<(string Method, string Path, string? IdempotencyKey)> Requests { get; } = new();

    public static async Task<FakeServer> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeServer(builder.Build());
        var waiting = new ConcurrentQueue<Func<HttpContext, Task>>(answers);
        server.application.Run(async context =>
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            server.Requests.Enqueue((context.Request.Method, target, context.Request.Headers["Idempotency-Key"]));
            if (waiting.TryDequeue(out var answer))
                await answer(context);
            else
                context.Response.StatusCode = StatusCodes.Status410Gone;
        });
        await server.application.StartAsync();
        return server;
    }

    public static Func<HttpContext, Task> Answer(int status, string json, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(json);
    };

    /// <summary>The connection breaks before an answer.</summary>
    public static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
