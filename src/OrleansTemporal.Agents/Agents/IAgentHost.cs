using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>
/// What keeps the agents of a process: one that makes them itself, or one that a cluster puts them into. Facades see only
/// the directory in it; housekeeping, backups and the removal of workspaces need the rest.
/// </summary>
public interface IAgentHost : IAgentDirectory, IAsyncDisposable
{
    /// <summary>The agents that live in this process at the moment.</summary>
    IEnumerable<IHostedAgent> Agents { get; }

    /// <summary>How long facades over this host go on what they have read.</summary>
    FacadeLease Lease { get; }

    /// <summary>Has an agent opened, wherever it lives.</summary>
    ValueTask OpenAsync(AgentId id, CancellationToken cancellationToken);

    /// <summary>Whether an agent is this process's own, of all that share its storage; has it opened when it lives nowhere.</summary>
    ValueTask<bool> IsOwnedHereAsync(AgentId id, CancellationToken cancellationToken);

    /// <summary>Does a bounded piece of an agent's housekeeping, wherever it lives; has it opened when it lives nowhere.</summary>
    /// <returns>True when there is more to do.</returns>
    ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken);

    /// <summary>An operation that another process with the same agents has begun; null when none knows of it.</summary>
    ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>Closes the agents of a workspace, wherever they live, and forgets them.</summary>
    ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken);
}
