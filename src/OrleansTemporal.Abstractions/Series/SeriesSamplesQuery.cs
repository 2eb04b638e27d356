using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points of named series of one partition, series by series.</summary>
public sealed record SeriesSamplesQuery
{
    /// <summary>Canonical texts of the series.</summary>
    public required ImmutableArray<string> Series { get; init; }

    /// <summary>The first event time, in nanoseconds.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>The first event time behind; <see cref="long.MaxValue"/> for no end.</summary>
    public long To { get; init; } = long.MaxValue;

    /// <summary>Of the first series only what is behind this event time: the last one of the page before; null for the first page.</summary>
    public long? After { get; init; }

    /// <summary>How many points at most; 1 to <see cref="Limits.SeriesRowsPerPageMax"/>.</summary>
    public int Limit { get; init; } = Limits.SeriesRowsPerPageMax;

    /// <summary>The moment that it is read as of.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>True to be answered, where policy keeps windows instead of points, with the last point of each; false to be refused there.</summary>
    public bool IsCoarse { get; init; }
}
