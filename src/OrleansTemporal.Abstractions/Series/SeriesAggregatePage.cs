using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Aggregates, by group in the order of the tags' texts, then by start.</summary>
public sealed record SeriesAggregatePage
{
    /// <summary>The windows that have points.</summary>
    public required ImmutableArray<SeriesAggregateRow> Rows { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>How it was computed; null where several partitions were asked.</summary>
    public SeriesPlan? Plan { get; init; }

    /// <summary>What policy has left of the partition, or of the partition of which it has left least.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;
}
