using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>Which points of a stream are meant.</summary>
public sealed record SeriesSelector
{
    /// <summary>The field; null for every field.</summary>
    public string? Field { get; init; }

    /// <summary>Conditions on tags, all of which must hold.</summary>
    public ImmutableArray<TagMatcher> Tags { get; init; } = [];

    /// <summary>The first event time that belongs to it, in nanoseconds.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>The first event time behind it; <see cref="long.MaxValue"/> for no end.</summary>
    public long To { get; init; } = long.MaxValue;
}
