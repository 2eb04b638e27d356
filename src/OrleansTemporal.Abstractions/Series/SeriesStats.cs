using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>What a partition of a stream has.</summary>
public sealed record SeriesStats
{
    /// <summary>Canonical texts of all series that were ever written to and have points.</summary>
    public required ImmutableArray<string> Series { get; init; }

    /// <summary>Points: different event times of a set of tags, whatever number of fields they have.</summary>
    public required long PointCount { get; init; }

    /// <summary>Values that were ever written, overwritten and deleted ones included.</summary>
    public required long VersionCount { get; init; }

    /// <summary>Event time of the first point; <see cref="long.MaxValue"/> without points.</summary>
    public required long FirstTime { get; init; }

    /// <summary>Event time of the last point; <see cref="long.MinValue"/> without points.</summary>
    public required long LastTime { get; init; }

    /// <summary>Bytes of points in memory.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>What policy has left of the partition.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;
}
