using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Server.Tests.Hosting;

namespace OrleansTemporal.Server.Tests.Telemetry;

/// <summary>What a collector receives.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task metrics_and_traces_go_to_the_collector_that_the_environment_names()
    {
        var received = new ConcurrentQueue<(string Path, string Text)>();
        await using var collector = await StartCollectorAsync(received);
        var folder = Directory.CreateTempSubdirectory("ot-telemetry-").FullName;
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        };
        await using (var server = await RunningServer.StartAsync(folder, environment))
        {
            using var content = new StringContent("1");
            (await server.Client.PutAsync("/v1/default/kv/users/ada", content)).EnsureSuccessStatusCode();
            foreach (var text in (string[])["http.server.request.duration", "orleanstemporal.log.flushes", "orleanstemporal.memory.size", "/v1/{workspace}/kv/{namespace}/{key}"])
            {
                await Eventually.HoldsAsync($"the collector has {text}", () => Has("/v1/metrics", text));
            }

            await Eventually.HoldsAsync("the collector has the route of a span", () => Has("/v1/traces", "/v1/{workspace}/kv/{namespace}/{key}"));
        }

        Directory.Delete(folder, recursive: true);
        bool Has(string path, string text) => received.Any(message => message.Path == path && message.Text.Contains(text, StringComparison.Ordinal));
    }

    private static async Task<WebApplication> StartCollectorAsync(ConcurrentQueue<(string Path, string Text)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        await collector.StartAsync();
        return collector;
    }
}
