using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Events;

/// <summary>
/// Tells the domain events that no delta says, as log messages of one category, each under the name that the domain gives it
/// (decision 0182). Most are counted as well. Costs a look at a level while nobody listens; never called under a gate.
/// </summary>
/// <param name="loggers">Where they go.</param>
internal sealed partial class DomainEventLog(ILoggerFactory loggers)
{
    /// <summary>The category of the messages.</summary>
    public const string Category = "OrleansTemporal.Events";

    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansTemporal.Events";

    /// <summary>Counts events by their name, and what was rejected by its code as well.</summary>
    public const string CounterName = "orleanstemporal.events";

    private const string EventTag = "event";
    private const string CodeTag = "code";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Told = Meter.CreateCounter<long>(CounterName, "{event}", "Domain events that no delta says.");

    private readonly ILogger logger = loggers.CreateLogger(Category);

    /// <summary>Whether somebody would be told of changes that are not recorded, which cost a comparison to find.</summary>
    public bool TellsChanges => logger.IsEnabled(LogLevel.Debug);

    /// <summary>Whether somebody would be told of the windows that a reader is shown.</summary>
    public bool TellsWindows => logger.IsEnabled(LogLevel.Trace);

    /// <summary>States that an observer held back are recorded, as one step.</summary>
    public void CaptureBufferFlushed(AgentId agent, string observer, int count, long sequence)
    {
        Count(nameof(CaptureBufferFlushed));
        LogCaptureBufferFlushed(agent, observer, count, sequence);
    }

    /// <summary>A change was refused.</summary>
    public void DeltaRejected(AgentId agent, string code)
    {
        if (Told.Enabled)
        {
            Told.Add(1, new KeyValuePair<string, object?>(EventTag, nameof(DeltaRejected)), new KeyValuePair<string, object?>(CodeTag, code));
        }

        LogDeltaRejected(agent, code);
    }

    /// <summary>Components were changed by two who did not know of each other, whatever the rule then made of it.</summary>
    public void DeltaConflictDetected(AgentId agent, int components)
    {
        Count(nameof(DeltaConflictDetected));
        LogDeltaConflictDetected(agent, components);
    }

    /// <summary>What was read back does not lead to what it should.</summary>
    public void TargetStateCorrupted(AgentId agent, in Distinction expected, in Distinction actual, string fault)
    {
        Count(nameof(TargetStateCorrupted));
        LogTargetStateCorrupted(agent, expected, actual, fault);
    }

    /// <summary>An agent has read back what it opens from.</summary>
    public void ReplayCompleted(AgentId agent, long deltas, TimeSpan duration)
    {
        Count(nameof(ReplayCompleted));
        LogReplayCompleted(agent, deltas, (long)duration.TotalMilliseconds);
    }

    /// <summary>Deltas that came together are recorded.</summary>
    public void BatchCreated(AgentId agent, int count, long firstSequence)
    {
        Count(nameof(BatchCreated));
        LogBatchCreated(agent, count, firstSequence);
    }

    /// <summary>A state was seen to differ from the recorded one, and policy does not let it be recorded, or not yet.</summary>
    [LoggerMessage(EventName = nameof(ChangeDetected), Level = LogLevel.Debug, Message = "{Agent}: the state {NewHash} that was shown to {Observer} differs from the one of {OldRoot}, and is held back by its {Policy}")]
    public partial void ChangeDetected(AgentId agent, string observer, Distinction oldRoot, Distinction newHash, string policy);

    /// <summary>An agent begins to read back what it opens from.</summary>
    [LoggerMessage(EventName = nameof(ReplayStarted), Level = LogLevel.Debug, Message = "{Agent} is replayed")]
    public partial void ReplayStarted(AgentId agent);

    /// <summary>What the components of a batch came to as payloads.</summary>
    [LoggerMessage(EventName = nameof(BatchCompressed), Level = LogLevel.Debug, Message = "{Agent}: {Original} bytes of components are {Compressed} bytes of payloads")]
    public partial void BatchCompressed(AgentId agent, long original, long compressed);

    /// <summary>A window of a read is over.</summary>
    [LoggerMessage(EventName = nameof(WindowClosed), Level = LogLevel.Trace, Message = "{Agent}: the window at {Window} is closed, with {Count} deltas of {Milliseconds} ms")]
    public partial void WindowClosed(AgentId agent, long window, int count, long milliseconds);

    /// <summary>A window of a read was made one delta.</summary>
    [LoggerMessage(EventName = nameof(WindowCompacted), Level = LogLevel.Trace, Message = "{Agent}: the window at {Window} is compacted {Ratio} times")]
    public partial void WindowCompacted(AgentId agent, long window, double ratio);

    [LoggerMessage(EventName = nameof(CaptureBufferFlushed), Level = LogLevel.Debug, Message = "{Agent}: {Count} states that {Observer} was shown are recorded by delta {Batch}")]
    private partial void LogCaptureBufferFlushed(AgentId agent, string observer, int count, long batch);

    [LoggerMessage(EventName = nameof(DeltaRejected), Level = LogLevel.Debug, Message = "{Agent} rejected a delta: {Code}")]
    private partial void LogDeltaRejected(AgentId agent, string code);

    [LoggerMessage(EventName = nameof(DeltaConflictDetected), Level = LogLevel.Debug, Message = "{Agent}: {Components} components of a delta are in conflict")]
    private partial void LogDeltaConflictDetected(AgentId agent, int components);

    [LoggerMessage(EventName = nameof(TargetStateCorrupted), Level = LogLevel.Error, Message = "{Agent} is damaged: {Actual} was found and {Expected} was expected. {Fault}")]
    private partial void LogTargetStateCorrupted(AgentId agent, Distinction expected, Distinction actual, string fault);

    [LoggerMessage(EventName = nameof(ReplayCompleted), Level = LogLevel.Debug, Message = "{Agent} was replayed: {Deltas} deltas in {Milliseconds} ms")]
    private partial void LogReplayCompleted(AgentId agent, long deltas, long milliseconds);

    [LoggerMessage(EventName = nameof(BatchCreated), Level = LogLevel.Debug, Message = "{Agent}: a batch of {Count} deltas is recorded from {Batch} on")]
    private partial void LogBatchCreated(AgentId agent, int count, long batch);

    private static void Count(string name)
    {
        if (Told.Enabled)
        {
            Told.Add(1, new KeyValuePair<string, object?>(EventTag, name));
        }
    }
}
