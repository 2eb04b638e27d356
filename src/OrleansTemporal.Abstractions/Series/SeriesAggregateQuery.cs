using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>Aggregates of points by group and window.</summary>
public sealed record SeriesAggregateQuery
{
    /// <summary>Which points.</summary>
    public required SeriesSelector Selector { get; init; }

    /// <summary>What is computed: names that <see cref="SeriesFunction.Parse(string)"/> reads.</summary>
    public required ImmutableArray<string> Functions { get; init; }

    /// <summary>Tags whose values make groups; empty for one group of everything.</summary>
    public ImmutableArray<string> GroupBy { get; init; } = [];

    /// <summary>The windows.</summary>
    public WindowSpec Window { get; init; } = WindowSpec.Whole;

    /// <summary>The moment that it is read as of.</summary>
    public AsOf AsOf { get; init; }
}
