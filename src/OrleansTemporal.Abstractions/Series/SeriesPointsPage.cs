using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points in the order of their event times, at equal times in the order of their series' texts.</summary>
public sealed record SeriesPointsPage
{
    /// <summary>Canonical texts of the series that have points here.</summary>
    public required ImmutableArray<string> Series { get; init; }

    /// <summary>For each point, an index into <see cref="Series"/>.</summary>
    public required ImmutableArray<int> Rows { get; init; }

    /// <summary>For each point, its event time in nanoseconds.</summary>
    public required ImmutableArray<long> Times { get; init; }

    /// <summary>For each point, its value.</summary>
    public required ImmutableArray<double> Values { get; init; }

    /// <summary>True when more points follow the last one.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>What policy has left of the partition.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;

    /// <summary>The windows of the range, also those that lie in it in part; none unless they were asked for.</summary>
    public ImmutableArray<SeriesWindowChunk> Windows { get; init; } = [];
}
