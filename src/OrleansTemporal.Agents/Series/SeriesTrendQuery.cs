using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Where a field is going.</summary>
public sealed record SeriesTrendQuery
{
    /// <summary>Which points; of several series, the mean by step.</summary>
    public SeriesSelector Selector { get; init; } = new();

    /// <summary>How far behind the last point is forecast, in nanoseconds; 0 for no forecast.</summary>
    public long Horizon { get; init; }

    /// <summary>Nanoseconds of a step; null for the usual distance of points.</summary>
    public long? Step { get; init; }

    /// <summary>The host's model to forecast by; null for the product's own.</summary>
    public string? Model { get; init; }

    /// <summary>The moment that it is read as of; an instant.</summary>
    public AsOf AsOf { get; init; }
}
