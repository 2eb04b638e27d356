using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Scored points in the order of their event times.</summary>
public sealed record SeriesAnomalyPage
{
    /// <summary>The points.</summary>
    public required ImmutableArray<SeriesAnomaly> Rows { get; init; }

    /// <summary>True when more follow the last one.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
