using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>Listens to what the product logs: housekeeping swallows its failures, and some must never happen.</summary>
internal sealed class FailureWatch : ILoggerFactory, ILogger
{
    /// <summary>The first failure that no fault of a disk explains.</summary>
    public Exception? Unexplained { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
        {
            Judge(exception);
        }
    }

    /// <summary>Keeps a failure that no fault of a disk explains.</summary>
    public void Judge(Exception failure)
    {
        if (failure is not TemporalException { Kind: ErrorKind.Unavailable or ErrorKind.Throttled })
        {
            Unexplained ??= failure;
        }
    }

    public void Dispose()
    {
    }
}
