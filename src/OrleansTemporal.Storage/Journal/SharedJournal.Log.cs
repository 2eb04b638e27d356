using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Storage.Journal;

/// <content>Log messages.</content>
public sealed partial class SharedJournal
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Journal opened: {FileCount} files, {Bytes} bytes, {AgentCount} agents, {Milliseconds} ms")]
    private partial void LogOpened(int fileCount, long bytes, int agentCount, long milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Journal continues in {Path} of {CapacityBytes} bytes")]
    private partial void LogNewFile(string path, long capacityBytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Journal closed")]
    private partial void LogClosed();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Journal file could not be prepared ahead; the next one is made when it is needed")]
    private partial void LogNotPrepared(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Journal file that is no longer needed could not be removed")]
    private partial void LogNotRemoved(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Fault}")]
    private partial void LogTorn(string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Journal file {Path} is given up after a failed write; its unacknowledged records are void")]
    private partial void LogPoisoned(string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Journal is read-only until the process restarts")]
    private partial void LogReadOnly(Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Journal is damaged; the agents that it touches are not served: {Damage}")]
    private partial void LogDamaged(string damage);
}
