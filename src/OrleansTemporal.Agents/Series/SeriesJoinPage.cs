using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Rows of a join, by the first stream's point, then by the other's.</summary>
public sealed record SeriesJoinPage
{
    /// <summary>The rows; there may be none although more follow, when much had to be looked at.</summary>
    public required ImmutableArray<SeriesJoinRow> Rows { get; init; }

    /// <summary>Where it goes on; null at the end.</summary>
    public SeriesJoinCursor? Next { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
