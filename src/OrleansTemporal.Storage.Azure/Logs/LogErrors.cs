using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>The failures of a log in words.</summary>
internal static class LogErrors
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static TemporalException Fenced(AgentId agent) =>
        new(ErrorKind.Fenced, ErrorCodes.Fenced, $"Another process owns {agent} now; what was not acknowledged was not written.");

    public static TemporalException Superseded(AgentId agent) =>
        new(ErrorKind.Fenced, ErrorCodes.Fenced, $"Another process owns {agent} now and has gone on for long.") { OutcomeUnknown = true };

    public static TemporalException TakenOver(AgentId agent) =>
        new(ErrorKind.Fenced, ErrorCodes.Fenced, $"The log of {agent} was opened anew.") { OutcomeUnknown = true };

    public static TemporalException Dropped(AgentId agent) =>
        new(ErrorKind.NotFound, ErrorCodes.WorkspaceNotFound, $"The log of {agent} was removed with its workspace.") { OutcomeUnknown = true };

    public static TemporalException Stopping(AgentId agent) =>
        new(ErrorKind.Unavailable, ErrorCodes.NotReady, $"The log of {agent} is closed.") { RetryAfter = RetryAfter };

    public static TemporalException Unsettled(AgentId agent) =>
        new(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The log of {agent} was closed before the blob service had answered.") { OutcomeUnknown = true };

    public static TemporalException NotConfirmed(AgentId agent) =>
        new(ErrorKind.Unavailable, ErrorCodes.NotReady, $"The blob service does not say whether this process still owns {agent}.") { RetryAfter = RetryAfter };

    public static TemporalException Failed(AgentId agent, Exception cause) =>
        new(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The log of {agent} failed: {cause.Message}", cause) { OutcomeUnknown = true };

    /// <summary>A new exception each time: several callers throw it at once.</summary>
    public static TemporalException Again(Exception reason) => reason is TemporalException known
        ? new TemporalException(known.Kind, known.Code, known.Message, known) { OutcomeUnknown = known.OutcomeUnknown, RetryAfter = known.RetryAfter }
        : new TemporalException(ErrorKind.Internal, ErrorCodes.InvariantBroken, reason.Message, reason);

    public static TemporalException Broken(string what) => new(ErrorKind.Internal, ErrorCodes.InvariantBroken, what);

    public static TemporalException Full(long limit, string what) =>
        new(ErrorKind.Throttled, ErrorCodes.JournalFull, $"The logs have no room: {what} reached its limit of {limit} bytes.") { Limit = limit, RetryAfter = RetryAfter };
}
