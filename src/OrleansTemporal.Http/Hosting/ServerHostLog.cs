using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Hosting;

/// <summary>Messages of the server's start.</summary>
internal static partial class ServerHostLog
{
    [LoggerMessage(1, LogLevel.Warning, "Listening on {Addresses}, which others can reach: there is no authentication, so whoever reaches it may read and write everything")]
    internal static partial void ListensBeyondLoopback(this ILogger logger, string addresses);
}
