using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Telemetry;

/// <summary>
/// Sends metrics and traces by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; without it nothing is measured.
/// The HTTP metrics and spans are those of ASP.NET Core itself, so <c>http.server.request.duration</c> is among them.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration, DatabaseHost host) : IHostedService, IDisposable
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "orleanstemporal";

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "OrleansTemporal*"];

    private DatabaseInstruments? instruments;
    private MeterProvider? metrics;
    private TracerProvider? traces;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration[EndpointSetting] is not { Length: > 0 } text || !Uri.TryCreate(text, UriKind.Absolute, out _))
        {
            return Task.CompletedTask;
        }

        instruments = new DatabaseInstruments(host);
        metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .AddMeter(Meters)
            .AddOtlpExporter()
            .Build();
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .AddSource("Microsoft.AspNetCore", "OrleansTemporal*")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
        instruments?.Dispose();
    }
}
