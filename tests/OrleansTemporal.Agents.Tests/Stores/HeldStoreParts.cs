using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>What a test plugs into a store besides numbers.</summary>
internal sealed record HeldStoreParts
{
    public IAuthorizer Authorizer { get; init; } = new AllowLocalAuthorizer();

    public IQuota Quota { get; init; } = new UnlimitedQuota();

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
