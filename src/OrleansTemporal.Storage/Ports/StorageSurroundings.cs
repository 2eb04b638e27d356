using Microsoft.Extensions.Logging;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Journal;

namespace OrleansTemporal.Storage.Ports;

/// <summary>What a process lends to the place that its database is kept in.</summary>
public sealed record StorageSurroundings
{
    /// <summary>Where work goes that must not run on the caller's stack.</summary>
    public required IWorkScheduler Scheduler { get; init; }

    /// <summary>Where time comes from.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Different in every process; thread-safe.</summary>
    public required FillRandom Random { get; init; }

    /// <summary>Where what happened is written.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Bytes of the logs at which writers are made to wait, then refused with 429.</summary>
    public required long LogBytesMax { get; init; }

    /// <summary>The configured master key; null when there is none.</summary>
    public MasterKey? MasterKey { get; init; }
}
