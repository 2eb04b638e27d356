using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Slots that an agent has handed over to another, or has taken over from one, by a delta in its own log. The keys are not
/// copied: who has taken slots over reads what was written before from the one who handed them over.
/// </summary>
public sealed record KvTransfer
{
    /// <summary>True for a hand-over, false for a take-over.</summary>
    public required bool IsHandOver { get; init; }

    /// <summary>Version of the slot map that the transfer leads to; with the peer it says which transfer this is.</summary>
    public required long MapVersion { get; init; }

    /// <summary>The slots.</summary>
    public required SlotSet Slots { get; init; }

    /// <summary>Who takes them over, or who has handed them over.</summary>
    public required AgentId Peer { get; init; }

    /// <summary>Sequence of the delta in the agent's log: its writes to these slots come before a hand-over and behind a take-over.</summary>
    public required long Sequence { get; init; }

    /// <summary>System time of that delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Sequence of the hand-over in the peer's log; 0 in a hand-over.</summary>
    public long PeerSequence { get; init; }

    /// <summary>System time of the hand-over; zero in a hand-over.</summary>
    public HybridTimestamp PeerSystemTime { get; init; }
}
