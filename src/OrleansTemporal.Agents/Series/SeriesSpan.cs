namespace OrleansTemporal.Series;

/// <summary>Event times and sequences of some points, from the least to the greatest of each.</summary>
internal readonly record struct SeriesSpan(long FirstTime, long LastTime, long FirstSequence, long LastSequence);
