using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>Which components of a timeline change together.</summary>
public sealed record CoOccurrence
{
    /// <summary>Steps that were looked at.</summary>
    public required int StepCount { get; init; }

    /// <summary>Components that were looked at.</summary>
    public required int ComponentCount { get; init; }

    /// <summary>Pairs that reach the threshold, the highest measure first.</summary>
    public required ImmutableArray<CoOccurringPair> Pairs { get; init; }

    /// <summary>All pairs that reach it, those that the limit leaves out as well.</summary>
    public required int PairCount { get; init; }

    /// <summary>Components that such pairs connect, directly or over others; the largest group first, each ascending.</summary>
    public required ImmutableArray<ImmutableArray<int>> Groups { get; init; }
}
