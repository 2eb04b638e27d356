using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>Steps of a timeline.</summary>
/// <param name="Deltas">Oldest first.</param>
/// <param name="HasMore">True when there are more behind the last.</param>
public sealed record TimelineDeltaPage(ImmutableArray<TimelineDelta> Deltas, bool HasMore);
