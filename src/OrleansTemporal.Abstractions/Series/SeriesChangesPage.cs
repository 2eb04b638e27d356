using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points of one partition of a stream as they were written, in the order of its log; or one deletion.</summary>
public sealed record SeriesChangesPage
{
    /// <summary>Canonical texts of the series that have points here.</summary>
    public ImmutableArray<string> Series { get; init; } = [];

    /// <summary>For each point, an index into <see cref="Series"/>.</summary>
    public ImmutableArray<int> Rows { get; init; } = [];

    /// <summary>For each point, its event time in nanoseconds.</summary>
    public ImmutableArray<long> Times { get; init; } = [];

    /// <summary>For each point, its value.</summary>
    public ImmutableArray<double> Values { get; init; } = [];

    /// <summary>For each point, the system time of the delta that wrote it.</summary>
    public ImmutableArray<ulong> SystemTimes { get; init; } = [];

    /// <summary>What the one delta of this page deletes: what it selects of the points that were there as of the sequence before; null for a page of points.</summary>
    public SeriesSelector? Deletion { get; init; }

    /// <summary>The system time of the deletion; zero for a page of points.</summary>
    public HybridTimestamp DeletedAt { get; init; }

    /// <summary>The newest sequence up to which changes are in; pass as <see cref="SeriesChangesQuery.AfterSequence"/>.</summary>
    public required long Sequence { get; init; }

    /// <summary>The moment up to which changes are in: that of the query, or that of the delta at <see cref="Sequence"/> when there are more.</summary>
    public required HybridTimestamp Through { get; init; }

    /// <summary>True when there are deltas among these that do not say what they changed any more.</summary>
    public bool HasGaps { get; init; }
}
