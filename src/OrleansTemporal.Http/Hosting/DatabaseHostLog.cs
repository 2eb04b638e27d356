using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Hosting;

/// <summary>Messages of the database's life.</summary>
internal static partial class DatabaseHostLog
{
    [LoggerMessage(1, LogLevel.Information, "Opened the database in {Place} within {Milliseconds} ms")]
    internal static partial void DatabaseOpened(this ILogger logger, string place, long milliseconds);

    [LoggerMessage(2, LogLevel.Information, "Closed the database in {Place}")]
    internal static partial void DatabaseClosed(this ILogger logger, string place);

    [LoggerMessage(3, LogLevel.Critical, "The database in {Place} could not be opened: {Reason}")]
    internal static partial void OpenFailed(this ILogger logger, string place, string reason, Exception? exception);
}
