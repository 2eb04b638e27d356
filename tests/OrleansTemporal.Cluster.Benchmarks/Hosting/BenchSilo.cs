using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Cluster.Benchmarks.Hosting;

/// <summary>A silo in this process, with sockets as any other.</summary>
internal sealed class BenchSilo : IAsyncDisposable
{
    private readonly IHost host;

    private BenchSilo(IHost host, TemporalDatabase database, int siloPort, int gatewayPort) =>
        (this.host, Database, SiloPort, GatewayPort) = (host, database, siloPort, gatewayPort);

    /// <summary>The facades on the silo.</summary>
    public TemporalDatabase Database { get; }

    public int SiloPort { get; }

    public int GatewayPort { get; }

    /// <summary>Grains as the silo's own code reaches them.</summary>
    public IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="options">Where the data is.</param>
    /// <param name="primary">The silo that was started first; null for that one itself.</param>
    public static async Task<BenchSilo> StartAsync(TemporalOptions options, BenchSilo? primary = null)
    {
        var (silo, gateway) = (FreePort(), FreePort());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleans(orleans =>
        {
            orleans.UseLocalhostClustering(silo, gateway, new IPEndPoint(IPAddress.Loopback, primary?.SiloPort ?? silo), "bench", "bench");
            orleans.AddOrleansTemporal(options);
            orleans.Configure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(2));
        });
        var host = builder.Build();
        await host.StartAsync();
        var database = await host.Services.GetRequiredService<SiloDatabase>().WhenActiveAsync(CancellationToken.None);
        return new BenchSilo(host, database, silo, gateway);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
