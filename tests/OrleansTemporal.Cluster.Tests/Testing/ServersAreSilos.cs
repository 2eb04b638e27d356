using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Orleans.TestingHost;
using OrleansTemporal.Hosting;
using OrleansTemporal.Http.Tests.Testing;
using OrleansTemporal.Server.Tests.Hosting;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>Has every test of the REST front end that this project takes over run against a silo: the same requests, the same expectations.</summary>
internal static class ServersAreSilos
{
    private static readonly TestClusterPortAllocator Ports = new();

    [ModuleInitializer]
    internal static void Use()
    {
        TestServer.Compose = Compose;
        RunningServer.Executable = "OrleansTemporal.Silo.dll";
        RunningServer.MoreArguments = static () => [.. Settings().SelectMany(static setting => (string[])[$"--{setting.Key}", setting.Value])];
    }

    /// <summary>A cluster of its own on ports of its own.</summary>
    internal static Dictionary<string, string> Settings()
    {
        var (silo, gateway) = Ports.AllocateConsecutivePortPairs(1);
        return new Dictionary<string, string>
        {
            [$"{ClusterSettings.SectionName}:SiloPort"] = silo.ToString(CultureInfo.InvariantCulture),
            [$"{ClusterSettings.SectionName}:GatewayPort"] = gateway.ToString(CultureInfo.InvariantCulture),
            [$"{ClusterSettings.SectionName}:ClusterId"] = $"test-{silo}",
        };
    }

    private static void Compose(WebApplicationBuilder builder, TemporalOptions options)
    {
        foreach (var (name, value) in Settings())
        {
            builder.Configuration[name] = value;
        }

        SiloHost.Compose(builder, options);
    }
}
