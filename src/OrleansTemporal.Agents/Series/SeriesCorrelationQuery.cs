using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Which other fields and streams of the workspace move with a field.</summary>
public sealed record SeriesCorrelationQuery
{
    /// <summary>Which points; of several series, the mean by step.</summary>
    public SeriesSelector Selector { get; init; } = new();

    /// <summary>Nanoseconds of a step; null for the usual distance of points.</summary>
    public long? Step { get; init; }

    /// <summary>How far before and after is looked at, in nanoseconds; null for an eighth of the time.</summary>
    public long? MaxLag { get; init; }

    /// <summary>Only what is at most this likely to be chance, 0 to 1.</summary>
    public double Significance { get; init; } = 0.01;

    /// <summary>Rows at most; 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The moment that it is read as of; an instant.</summary>
    public AsOf AsOf { get; init; }
}
