using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>One window of one group.</summary>
public sealed record SeriesAggregateRow
{
    /// <summary>Canonical text of the group's tags.</summary>
    public required string Tags { get; init; }

    /// <summary>The first event time of the window, in nanoseconds.</summary>
    public required long Start { get; init; }

    /// <summary>The first event time behind the window; <see cref="long.MaxValue"/> for no end.</summary>
    public required long End { get; init; }

    /// <summary>Points in it.</summary>
    public required long Count { get; init; }

    /// <summary>One result for each function that was asked for, in that order; NaN where it has none, as a deviation of one point.</summary>
    public required ImmutableArray<double> Results { get; init; }
}
