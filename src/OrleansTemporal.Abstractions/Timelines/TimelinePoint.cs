using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A value that one component took.</summary>
/// <param name="Sequence">The step; 0 for the empty beginning.</param>
/// <param name="SystemTime">When the service learned of it.</param>
/// <param name="Value">The value from there on.</param>
public readonly record struct TimelinePoint(long Sequence, HybridTimestamp SystemTime, float Value);
