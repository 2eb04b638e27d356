using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>How a process uses a cluster from outside of it.</summary>
public sealed class TemporalClientOptions
{
    /// <summary>Who decides whether a call may happen. Facades ask in the process that calls; a cluster trusts its clients.</summary>
    public IAuthorizer Authorizer { get; set; } = new AllowLocalAuthorizer();

    /// <summary>Who decides whether a workspace may write more.</summary>
    public IQuota Quota { get; set; } = new UnlimitedQuota();

    /// <summary>Models of this process that trends of streams may be asked to forecast by, by their names.</summary>
    public IReadOnlyList<Series.IForecastModel> ForecastModels { get; set; } = [];

    /// <summary>Where time comes from.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where events are logged; the host's own when not set.</summary>
    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;
}
