using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>A cluster client over real sockets, as another process has it.</summary>
internal static class OutsideClient
{
    /// <summary>Connects to the cluster that a silo was started with.</summary>
    public static async Task<IHost> ConnectAsync(Dictionary<string, string> settings)
    {
        var gateway = int.Parse(settings[$"{ClusterSettings.SectionName}:GatewayPort"], CultureInfo.InvariantCulture);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(gateway, ClusterSettings.IdDefault, settings[$"{ClusterSettings.SectionName}:ClusterId"]);
            client.AddOrleansTemporalClient();
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
