using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Asks one partition of a stream what was written and deleted, for whoever keeps something that follows from its points.</summary>
public sealed record SeriesChangesQuery
{
    /// <summary>Only deltas behind this sequence; null for none, to learn where the moment stands.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>The moment up to which changes are asked for: no later one is answered, and no other comes before it any more.</summary>
    public required HybridTimestamp Through { get; init; }
}
