using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Requests;

/// <summary>Messages of the request pipeline.</summary>
internal static partial class RequestPipelineLog
{
    [LoggerMessage(1, LogLevel.Error, "A {Method} request failed with {Code}")]
    internal static partial void RequestFailed(this ILogger logger, string method, string code, Exception exception);
}
