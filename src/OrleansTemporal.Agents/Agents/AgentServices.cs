using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>The parts that a host plugs into agents; one set for a process.</summary>
public sealed record AgentServices
{
    /// <summary>Where deltas become durable.</summary>
    public required ICausalLogs Logs { get; init; }

    /// <summary>Where segments, runs and manifests are.</summary>
    public required IObjectStore Objects { get; init; }

    /// <summary>Swaps manifests under their invariants.</summary>
    public required ManifestStore Manifests { get; init; }

    /// <summary>Blocks of segments and runs in memory.</summary>
    public required BlockCache Cache { get; init; }

    /// <summary>Opens segments and keeps their indexes.</summary>
    public required SegmentCatalog Segments { get; init; }

    /// <summary>Opens key runs and keeps their indexes.</summary>
    public required RunCatalog Runs { get; init; }

    /// <summary>The one clock of the process.</summary>
    public required HybridClock Clock { get; init; }

    /// <summary>Where time comes from.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where batch work goes.</summary>
    public required IWorkScheduler Scheduler { get; init; }

    /// <summary>Salts of commitments and names of objects.</summary>
    public required ISaltSource Salts { get; init; }

    /// <summary>Bytes of versions in memory, over all agents.</summary>
    public required MemoryBudget Memory { get; init; }

    /// <summary>Numbers that a user may tune.</summary>
    public required AgentOptions Options { get; init; }

    /// <summary>The data keys; null where nothing is encrypted.</summary>
    public DataKeyRing? Keys { get; init; }

    /// <summary>The way to other agents; the directory that makes an agent puts itself here.</summary>
    public IAgentDirectory? Directory { get; init; }

    /// <summary>
    /// Told of an agent that another process has taken over when it is asked for here, which the caller then learns as Fenced.
    /// Null where it is taken back instead; a cluster knows better where the agent lives.
    /// </summary>
    public Action<IHostedAgent>? Fenced { get; init; }

    /// <summary>Workspaces whose agents may not be opened just now.</summary>
    public ClosedWorkspaces Closed { get; init; } = new();

    /// <summary>Where what happened is written.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
