using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks one storage agent which keys have changed, for whoever keeps something that follows from its documents.</summary>
public sealed record KvChangesQuery
{
    /// <summary>Only deltas behind this sequence; null for none, to learn where the moment stands.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>The moment up to which changes are asked for: no later one is answered, and no other comes before it any more.</summary>
    public required HybridTimestamp Through { get; init; }

    /// <summary>Deltas at most.</summary>
    public int CountMax { get; init; } = Limits.DeltaPageMax;
}
