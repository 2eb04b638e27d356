using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Ports;

/// <summary>An opened place: one set of ports for a process.</summary>
public sealed record StoragePorts
{
    /// <summary>Where deltas become durable.</summary>
    public required ICausalLogs Logs { get; init; }

    /// <summary>Where segments, runs and manifests are.</summary>
    public required IObjectStore Objects { get; init; }

    /// <summary>Where data keys are.</summary>
    public required IKeyStore Keys { get; init; }

    /// <summary>The stores that backups go to; null when they are folders of the local disk.</summary>
    public IBackupStores? Backups { get; init; }

    /// <summary>
    /// Agents that have a log. Where whoever takes an agent over has to wait for the owner before, a host opens them all
    /// at once, so that its callers wait no longer than for one.
    /// </summary>
    public IReadOnlyList<AgentId> Agents { get; init; } = [];

    /// <summary>Lists the agents that have a log again, for when another process has died; null where there is no other.</summary>
    public Func<CancellationToken, ValueTask<IReadOnlyList<AgentId>>>? ListAgents { get; init; }

    /// <summary>What is let go with the database, in this order.</summary>
    public IReadOnlyList<object> Owned { get; init; } = [];
}
