using System.Diagnostics.Metrics;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Telemetry;

/// <summary>What the log of the process reports, in the naming of OpenTelemetry. Nothing is measured while nobody listens.</summary>
internal sealed class DatabaseInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    internal const string MeterName = "OrleansTemporal.Database";

    private readonly Meter meter = new(MeterName);

    internal DatabaseInstruments(DatabaseHost host)
    {
        meter.CreateObservableCounter("orleanstemporal.log.flushes", () => Observe(host, log => log.FlushCount), "{flush}", "Groups made durable since the start.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.size", () => Observe(host, log => log.Bytes), "By", "Bytes of the log that are not trimmed yet.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.pending", () => Observe(host, log => log.PendingBytes), "By", "Bytes staged and not durable yet.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.files", () => Observe(host, log => log.FileCount), "{file}", "Files of the log.");
        meter.CreateObservableGauge("orleanstemporal.database.ready", () => host.NotReadyReason is null ? 1 : 0, "1", "1 while data can be read and written.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<long>> Observe(DatabaseHost host, Func<CausalLogsStatus, long> read) =>
        host.Current is { } database ? [new(read(database.Log))] : [];
}
