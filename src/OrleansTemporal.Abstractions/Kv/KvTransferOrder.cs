using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Tells an agent to hand slots over, or to take them over.</summary>
public sealed record KvTransferOrder
{
    /// <summary>Version of the slot map that the transfer leads to. An agent that has obeyed the same version and peer before answers with what it did then.</summary>
    public required long MapVersion { get; init; }

    /// <summary>The slots.</summary>
    public required SlotSet Slots { get; init; }

    /// <summary>The other agent.</summary>
    public required AgentId Peer { get; init; }

    /// <summary>For a take-over, the peer's hand-over; null for a hand-over.</summary>
    public KvTransfer? HandOver { get; init; }

    /// <summary>Who asked for it.</summary>
    public string Actor { get; init; } = "";
}
