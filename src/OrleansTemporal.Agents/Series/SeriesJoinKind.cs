namespace OrleansTemporal.Series;

/// <summary>Which points of two streams belong together.</summary>
public enum SeriesJoinKind : byte
{
    /// <summary>Every two that are at most so far apart, whichever comes first.</summary>
    Interval = 1,

    /// <summary>A point and the newest of the other stream at or before it.</summary>
    AsOf = 2,
}
