using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Http.Tests.Subscriptions;

/// <summary>A receiver of webhooks at a free port of this machine, that answers as the test says.</summary>
internal sealed class HookListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private int calls;

    private HookListener(WebApplication app) => this.app = app;

    public string Url { get; private set; } = "";

    public ConcurrentQueue<(Dictionary<string, string> Headers, byte[] Body)> Taken { get; } = [];

    /// <summary>Requests so far.</summary>
    public int Calls => Volatile.Read(ref calls);

    public static async Task<HookListener> StartAsync(Func<int, HttpContext, string, int> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var listener = new HookListener(app);
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            http.Response.StatusCode = answer(Interlocked.Increment(ref listener.calls), http, Encoding.UTF8.GetString(body.ToArray()));
            if (http.Response.StatusCode < 300)
            {
                listener.Taken.Enqueue((http.Request.Headers.ToDictionary(static header => header.Key.ToLowerInvariant(), static header => header.Value.ToString()), body.ToArray()));
            }
        });
        await app.StartAsync();
        listener.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
