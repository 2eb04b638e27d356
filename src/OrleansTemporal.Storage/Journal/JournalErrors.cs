using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Journal;

/// <summary>The failures of the journal in words.</summary>
internal static class JournalErrors
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>A new exception each time: several waiters throw it at once.</summary>
    public static TemporalException WriteFailed(Exception cause) => new(
        ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"The journal could not be written: {cause.Message}", cause)
    {
        OutcomeUnknown = true,
    };

    public static TemporalException ReadOnly(string? fault) => new(
        ErrorKind.Unavailable, ErrorCodes.NotReady, $"The journal is read-only until the process restarts: {fault}");

    public static TemporalException Stopping() => new(ErrorKind.Unavailable, ErrorCodes.NotReady, "The journal is closing.");

    public static TemporalException Dead(Exception reason) => new(
        ErrorKind.Unavailable, ErrorCodes.StorageFailed, "The log must be opened anew before it accepts records.", reason);

    public static TemporalException Full(long limit, string what) => new(
        ErrorKind.Throttled, ErrorCodes.JournalFull, $"The journal has no room: {what} reached its limit of {limit} bytes.")
    {
        Limit = limit,
        RetryAfter = RetryAfter,
    };

    public static TemporalException Dropped(AgentId agent) => new(
        ErrorKind.NotFound, ErrorCodes.WorkspaceNotFound, $"The log of {agent} was removed with its workspace.");

    public static TemporalException TakenOver(AgentId agent) => new(
        ErrorKind.Fenced, ErrorCodes.Fenced, $"The log of {agent} was opened anew.");

    public static TemporalException Corrupt(string path, long offset, string reason) => new(
        ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{path}, offset {offset}: {reason}");

    public static TemporalException Corrupt(AgentId agent, TemporalException damage) => new(
        ErrorKind.Corrupt, ErrorCodes.Corrupt, $"The log of {agent} does not verify. {damage.Message}", damage);

    public static TemporalException Broken(string what) => new(ErrorKind.Internal, ErrorCodes.InvariantBroken, what);

    /// <summary>A read as of a moment whose deltas may or may not be there after a restart.</summary>
    public static TemporalException Undecided() => new(
        ErrorKind.Unavailable, ErrorCodes.NotReady, "The outcome of writes before this moment is not known since the disk failed; it is after a restart, or once the disk is written to again.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };
}
