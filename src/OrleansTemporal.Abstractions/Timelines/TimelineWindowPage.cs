using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>Windows of deltas.</summary>
/// <param name="Windows">Oldest first.</param>
/// <param name="HasMore">Whether others follow.</param>
public sealed record TimelineWindowPage(ImmutableArray<AggregatedDelta> Windows, bool HasMore);
