using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>How unusual points are beside those before them in their series.</summary>
public sealed record SeriesAnomalyQuery
{
    /// <summary>Which points are answered.</summary>
    public SeriesSelector Selector { get; init; } = new();

    /// <summary>How long before the selector's start points are learnt from without being answered, in nanoseconds.</summary>
    public long History { get; init; }

    /// <summary>Only points with at least this score, 0 to 1.</summary>
    public double MinScore { get; init; }

    /// <summary>Rows at most; 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The point that the page before ended with; null for the first page.</summary>
    public SeriesPoint? After { get; init; }

    /// <summary>The moment that it is read as of; an instant.</summary>
    public AsOf AsOf { get; init; }
}
