using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points of series, one series after the other, each in the order of event times.</summary>
public sealed record SeriesSamplesPage
{
    /// <summary>For each of the first series of the query, how many points of it are here.</summary>
    public required ImmutableArray<int> Counts { get; init; }

    /// <summary>For each point, its event time in nanoseconds.</summary>
    public required ImmutableArray<long> Times { get; init; }

    /// <summary>For each point, its value.</summary>
    public required ImmutableArray<double> Values { get; init; }

    /// <summary>True when more points follow: of the last series here, or of those behind it.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>What policy has left of the partition.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;
}
