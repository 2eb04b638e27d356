using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>The values that one component took: first the one at the beginning, then each change.</summary>
/// <param name="Points">In the order of the line.</param>
/// <param name="HasMore">True when there are more behind the last.</param>
public sealed record TimelineEvolution(ImmutableArray<TimelinePoint> Points, bool HasMore);
