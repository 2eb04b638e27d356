using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using OrleansTemporal.Cluster.Benchmarks.Calls;
using OrleansTemporal.Cluster.Benchmarks.Kv;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Cluster.Benchmarks.Hosting;

/// <summary>A client in a process of its own: this program again, told where the silo is and what to do.</summary>
internal static class OtherProcess
{
    /// <summary>Runs a role against a silo and prints what it says.</summary>
    public static async Task StartAsync(BenchSilo silo, params string[] role)
    {
        string[] arguments = [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [Environment.GetCommandLineArgs()[0]] : (string[])[], "client", $"{silo.GatewayPort}", .. role];
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        Console.Write(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var gateway = int.Parse(args[0], CultureInfo.InvariantCulture);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(gateway, "bench", "bench");
            client.AddOrleansTemporalClient();
        });
        using var host = builder.Build();
        await host.StartAsync();
        switch (args[1])
        {
            case "calls":
                await CallBenchmark.MeasureAsync("from another process", host.Services.GetRequiredService<IClusterClient>(), null, int.Parse(args[2], CultureInfo.InvariantCulture));
                break;
            case "put":
                var client = host.Services.GetRequiredService<TemporalClient>();
                var seconds = int.Parse(args[2], CultureInfo.InvariantCulture);
                foreach (var callers in (int[])[1, 64, 256])
                {
                    await KvLoad.PutAsync(client.KvService, "warm", 1, callers);
                    Console.WriteLine($"  another process, {callers,3} callers: {await KvLoad.PutAsync(client.KvService, "remote", seconds, callers),9:N0} durable puts/s, {await KvLoad.GetAsync(client.KvService, "remote", seconds, callers),9:N0} gets/s");
                }

                break;
        }

        await host.StopAsync();
        return 0;
    }
}
