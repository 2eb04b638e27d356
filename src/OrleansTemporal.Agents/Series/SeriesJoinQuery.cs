using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points of two streams that belong together by event time and tags.</summary>
public sealed record SeriesJoinQuery
{
    /// <summary>Which points of the first stream; its bounds are the answer's.</summary>
    public SeriesSelector Selector { get; init; } = new();

    /// <summary>The other stream.</summary>
    public required string With { get; init; }

    /// <summary>The other stream's field; null for every field.</summary>
    public string? WithField { get; init; }

    /// <summary>Tags whose values must be the same in both; a tag that neither has is the same.</summary>
    public ImmutableArray<string> On { get; init; } = [];

    /// <summary>How points belong together.</summary>
    public SeriesJoinKind Kind { get; init; } = SeriesJoinKind.Interval;

    /// <summary>How far apart they may be, in nanoseconds, inclusive; null for any distance, which only <see cref="SeriesJoinKind.AsOf"/> takes.</summary>
    public long? Within { get; init; }

    /// <summary>Rows at most; 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Where the page before ended; null for the first page.</summary>
    public SeriesJoinCursor? After { get; init; }

    /// <summary>The moment that both are read as of; an instant.</summary>
    public AsOf AsOf { get; init; }
}
