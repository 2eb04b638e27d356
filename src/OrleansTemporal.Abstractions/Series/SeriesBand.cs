namespace OrleansTemporal.Series;

/// <summary>A span of event times of which there are no points any more, but what those of each window came to.</summary>
/// <param name="Before">The first event time behind it, in nanoseconds: a multiple of the step. It begins where the band before it ends.</param>
/// <param name="Step">Length of a window in nanoseconds; windows begin at multiples of it, counted from the Unix epoch.</param>
public readonly record struct SeriesBand(long Before, long Step);
