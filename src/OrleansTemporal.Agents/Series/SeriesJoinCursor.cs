namespace OrleansTemporal.Series;

/// <summary>A place between two rows of a join.</summary>
/// <param name="Left">The last point of the first stream that was looked at.</param>
/// <param name="Right">The point that it was joined with in the last row; null when it has no more rows.</param>
public sealed record SeriesJoinCursor(SeriesPoint Left, SeriesPoint? Right);
