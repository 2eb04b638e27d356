using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Series of a partition of a stream.</summary>
public sealed record SeriesListing
{
    /// <summary>Canonical texts of the series that were written to, in order; deletions may have left one without points.</summary>
    public required ImmutableArray<string> Series { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
