namespace OrleansTemporal.Series;

/// <summary>What the points of one window of one series came to, after they went.</summary>
/// <param name="Sequence">The delta that says it.</param>
/// <param name="Summary">What they came to; its times are those of the first and the last of them.</param>
public readonly record struct SeriesWindowRow(long Sequence, ChunkSummary Summary);
