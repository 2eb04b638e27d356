using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>What a stream has.</summary>
public sealed record SeriesStreamInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its fields, in order.</summary>
    public required ImmutableArray<string> Fields { get; init; }

    /// <summary>Its tags with their values, in order.</summary>
    public required ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Tags { get; init; }

    /// <summary>Series: sets of tags with a field.</summary>
    public required int SeriesCount { get; init; }

    /// <summary>Points: event times of a set of tags.</summary>
    public required long PointCount { get; init; }

    /// <summary>Event time of the first point; null without points.</summary>
    public EventTime? FirstTime { get; init; }

    /// <summary>Event time of the last point; null without points.</summary>
    public EventTime? LastTime { get; init; }

    /// <summary>Bytes of points in memory.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes in the log that no segment holds yet.</summary>
    public required long HotBytes { get; init; }

    /// <summary>Bytes of warm segments.</summary>
    public required long WarmBytes { get; init; }

    /// <summary>Bytes of cold and deep segments.</summary>
    public required long ColdBytes { get; init; }

    /// <summary>System time of the catalog's entry: nothing was known of the stream before it. Zero where it is not told.</summary>
    public HybridTimestamp CreatedAt { get; init; }

    /// <summary>What policy has left; of several partitions, of the one of which most is gone.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;
}
