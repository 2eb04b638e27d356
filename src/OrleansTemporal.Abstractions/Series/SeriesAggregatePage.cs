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
}
