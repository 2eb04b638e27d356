using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>What a forecast model is asked.</summary>
public sealed record ForecastQuestion
{
    /// <summary>The workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>The stream.</summary>
    public required string Stream { get; init; }

    /// <summary>The field; null for the only one.</summary>
    public string? Field { get; init; }

    /// <summary>Nanoseconds of a step.</summary>
    public required long Step { get; init; }

    /// <summary>Event time of the first value, in nanoseconds.</summary>
    public required long Start { get; init; }

    /// <summary>The mean of each step; NaN where there is no point.</summary>
    public required ImmutableArray<double> Values { get; init; }

    /// <summary>Event times that a forecast is wanted for, a step apart, behind the last value.</summary>
    public required ImmutableArray<long> Times { get; init; }

    /// <summary>What the product itself forecasts for these times.</summary>
    public required ImmutableArray<SeriesForecastPoint> Forecast { get; init; }
}
