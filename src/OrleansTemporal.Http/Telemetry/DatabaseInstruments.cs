using System.Diagnostics.Metrics;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Telemetry;

/// <summary>What the database of the process reports, in the naming of OpenTelemetry. Nothing is measured while nobody listens.</summary>
internal sealed class DatabaseInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    internal const string MeterName = "OrleansTemporal.Database";

    private readonly Meter meter = new(MeterName);

    internal DatabaseInstruments(DatabaseHost host)
    {
        meter.CreateObservableCounter("orleanstemporal.log.flushes", () => Observe(host, database => database.Log.FlushCount), "{flush}", "Groups made durable since the start.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.size", () => Observe(host, database => database.Log.Bytes), "By", "Bytes of the log that are not trimmed yet.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.pending", () => Observe(host, database => database.Log.PendingBytes), "By", "Bytes staged and not durable yet.");
        meter.CreateObservableUpDownCounter("orleanstemporal.log.files", () => Observe(host, database => database.Log.FileCount), "{file}", "Files of the log.");
        meter.CreateObservableUpDownCounter("orleanstemporal.memory.size", () => Observe(host, database => database.MemoryBytes), "By", "Bytes of versions in memory.");
        meter.CreateObservableGauge("orleanstemporal.database.ready", () => host.NotReadyReason is null ? 1 : 0, "1", "1 while data can be read and written.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<long>> Observe(DatabaseHost host, Func<TemporalDatabase, long> read) =>
        host.Current is { } database ? [new(read(database))] : [];
}
