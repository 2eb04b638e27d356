using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Orleans.TestingHost;
using OrleansTemporal.Hosting;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>Has every test of the REST front end that this project takes over run against a silo: the same requests, the same expectations.</summary>
internal static class ServersAreSilos
{
    private static readonly TestClusterPortAllocator Ports = new();

    [ModuleInitializer]
    internal static void Use() => TestServer.Compose = Compose;

    internal static void Compose(WebApplicationBuilder builder, TemporalOptions options)
    {
        var (silo, gateway) = Ports.AllocateConsecutivePortPairs(1);
        builder.Configuration[$"{ClusterSettings.SectionName}:SiloPort"] = silo.ToString(CultureInfo.InvariantCulture);
        builder.Configuration[$"{ClusterSettings.SectionName}:GatewayPort"] = gateway.ToString(CultureInfo.InvariantCulture);
        builder.Configuration[$"{ClusterSettings.SectionName}:ClusterId"] = $"test-{silo}";
        SiloHost.Compose(builder, options);
    }
}
