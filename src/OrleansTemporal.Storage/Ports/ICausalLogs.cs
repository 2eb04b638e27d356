using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Ports;

/// <summary>All causal logs of one process. On local disk they share one journal, so thousands of agents share a flush.</summary>
public interface ICausalLogs : IAsyncDisposable
{
    /// <summary>
    /// The log of an agent. At most one handle per agent is in use at a time; after a fault the old handle is dead and
    /// the agent opens a new one.
    /// </summary>
    /// <exception cref="Errors.TemporalException">Corrupt when the agent's frames did not verify; Unavailable when the journal is read-only and the caller wants to write is decided by the log, not here.</exception>
    ValueTask<ICausalLog> OpenAsync(AgentId agent, CancellationToken cancellationToken);

    /// <summary>Forgets every frame of an agent, durably: its workspace was removed.</summary>
    ValueTask DropAsync(AgentId agent, CancellationToken cancellationToken);

    /// <summary>True when other processes may take agents over: every log is an <see cref="IOwnedLog"/> then, and epochs begin with it.</summary>
    bool AreShared => false;

    /// <summary>Greatest system time that may have been issued or answered for before this process opened.</summary>
    HybridTimestamp ResumeFrom { get; }

    /// <summary>
    /// Makes durable that <paramref name="instant"/> has been answered for, so that no delta after a restart is stamped
    /// at or before it. Free when a durable group already covers it.
    /// </summary>
    ValueTask CloseAsync(HybridTimestamp instant, CancellationToken cancellationToken);

    /// <summary>The agents that hold back the oldest journal file, so that the host can have them sealed; empty when nothing is due.</summary>
    IReadOnlyList<AgentId> AgentsToSeal();

    /// <summary>
    /// Begins to remove, byte by byte, what the logs hold of an agent now: what is enqueued from here on goes elsewhere, and
    /// where it stood before is deleted, never reused, as soon as everything there is trimmed. <see cref="AgentsToSeal"/>
    /// names who holds it back.
    /// </summary>
    /// <returns>A mark for <see cref="IsScrubbed"/>, good in this process only.</returns>
    ValueTask<long> BeginScrubAsync(AgentId agent, CancellationToken cancellationToken);

    /// <summary>Whether everything that stood of the agent when the mark was given is deleted.</summary>
    bool IsScrubbed(AgentId agent, long mark);

    /// <summary>Who hears of what becomes durable; null for nobody. Set before the first log is opened.</summary>
    IDurableListener? Listener { get; set; }

    /// <summary>State for health and metrics.</summary>
    CausalLogsStatus Status { get; }
}
