using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>A page of points of one partition, in time order.</summary>
public sealed record SeriesPointsQuery
{
    /// <summary>Which points.</summary>
    public required SeriesSelector Selector { get; init; }

    /// <summary>How many at most; 1 to <see cref="Limits.SeriesRowsPerPageMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The series of the last point of the page before, whose event time is the selector's start; null for the first page.</summary>
    public string? After { get; init; }

    /// <summary>The moment that it is read as of.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>True to be answered, where policy keeps windows instead of points, with the last point of each; false to be refused there.</summary>
    public bool IsCoarse { get; init; }

    /// <summary>True to be given, with the first page, the windows of the range beside its points.</summary>
    public bool TakesWindows { get; init; }
}
