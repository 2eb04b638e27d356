using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>Collects the log messages of the category of domain events, from a level on.</summary>
internal sealed class EventCollector(LogLevel from) : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<CollectedEvent> events = new();

    public ILogger CreateLogger(string categoryName) => categoryName == "OrleansTemporal.Events" ? this : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= from;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Assert.True(IsEnabled(logLevel));
        Assert.NotEmpty(formatter(state, exception));
        var values = (IEnumerable<KeyValuePair<string, object?>>)state!;
        events.Enqueue(new CollectedEvent(eventId.Name, logLevel, values.ToDictionary()));
    }

    /// <summary>The events of a name so far, in their order.</summary>
    public List<CollectedEvent> Of(string name) => [.. events.Where(one => one.Name == name)];

    /// <summary>Names of all events so far, but those of agents that open.</summary>
    public List<string?> Names() => [.. events.Select(static one => one.Name).Where(static name => name is not ("ReplayStarted" or "ReplayCompleted"))];

    /// <summary>Forgets what was told so far.</summary>
    public void Clear() => events.Clear();

    public void Dispose()
    {
    }
}
