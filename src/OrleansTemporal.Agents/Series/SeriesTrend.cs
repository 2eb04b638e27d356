using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>A line, what repeats around it, and what is to be expected next.</summary>
public sealed record SeriesTrend
{
    /// <summary>Change for each second.</summary>
    public required double Slope { get; init; }

    /// <summary>The line at <see cref="Start"/>.</summary>
    public required double Intercept { get; init; }

    /// <summary>Event time of the first step, in nanoseconds.</summary>
    public required long Start { get; init; }

    /// <summary>Nanoseconds of a step.</summary>
    public required long Step { get; init; }

    /// <summary>Steps that have points.</summary>
    public required int Count { get; init; }

    /// <summary>What repeats; null when nothing does.</summary>
    public SeriesSeason? Season { get; init; }

    /// <summary>One point for each step behind the last, up to the horizon.</summary>
    public required ImmutableArray<SeriesForecastPoint> Forecast { get; init; }

    /// <summary>The moment that this is the state of.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
