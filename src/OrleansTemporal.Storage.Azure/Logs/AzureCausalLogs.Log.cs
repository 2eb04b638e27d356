using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <content>Log messages.</content>
public sealed partial class AzureCausalLogs
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of {Agent} is given up; it will be read anew")]
    internal partial void LogKilled(string agent, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A blob of {Agent} that is no longer needed could not be removed")]
    internal partial void LogNotRemoved(string agent, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Agent} is owned with epoch {Epoch}; its log ends at {Sequence} in {BlobCount} blobs")]
    private partial void LogOpened(string agent, ulong epoch, long sequence, int blobCount);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of {Agent} was closed while the blob service did not answer; what waited for it may be written or not")]
    private partial void LogNotClosed(string agent);
}
