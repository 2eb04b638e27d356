using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>What a host does with an agent. Agents start no timers and no tasks of their own.</summary>
public interface IHostedAgent : IAsyncDisposable
{
    /// <summary>Whose agent this is.</summary>
    AgentId Id { get; }

    /// <summary>Recovers the agent, if it is not open yet. Calls do so by themselves; a host may do it early.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether no other process has taken the agent over, as far as the store says; unlike a call it takes nothing back, and
    /// opens nothing.
    /// </summary>
    ValueTask<bool> IsOwnedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Does a bounded piece of housekeeping: seals one generation, merges once, lets memory go.
    /// </summary>
    /// <returns>True when there is more to do.</returns>
    ValueTask<bool> MaintainAsync(MaintenanceBudget budget, CancellationToken cancellationToken);
}
