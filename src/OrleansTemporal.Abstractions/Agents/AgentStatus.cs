using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Where an agent stands at the moment of the answer.</summary>
public sealed record AgentStatus
{
    /// <summary>Whose status this is.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Sequence of the newest durable delta; 0 when there is none.</summary>
    public required long Sequence { get; init; }

    /// <summary>Local causal root after that delta.</summary>
    public required Distinction Root { get; init; }

    /// <summary>System time of that delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Epoch of the present owner.</summary>
    public required long Epoch { get; init; }

    /// <summary>All deltas up to here are in segments.</summary>
    public required long SealedThrough { get; init; }

    /// <summary>Bytes of deltas that live in memory and in the log only.</summary>
    public required long HotBytes { get; init; }

    /// <summary>Bytes of the agent's warm segments, as stored.</summary>
    public required long WarmBytes { get; init; }

    /// <summary>Bytes of its cold segments, as stored.</summary>
    public long ColdBytes { get; init; }

    /// <summary>Bytes of its deep segments, as stored.</summary>
    public long DeepBytes { get; init; }

    /// <summary>How much its segments are read: their reads since the process opened it, each halved with every half-life.</summary>
    public double Heat { get; init; }

    /// <summary>How many segments the manifest lists.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>How many key runs the manifest lists.</summary>
    public required int RunCount { get; init; }

    /// <summary>
    /// Who has read deltas of the agent after they had asked for this, and finds another number now, has what may have been
    /// erased since. 0 for agents whose deltas are never erased.
    /// </summary>
    public long ErasedThrough { get; init; }
}
