namespace OrleansTemporal.Patterns;

/// <summary>Event times in which matches may be new.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
internal readonly record struct PatternSpan(long First, long Last);
