namespace OrleansTemporal.Series;

/// <summary>Two points that belong together.</summary>
/// <param name="Left">Of the first stream.</param>
/// <param name="Right">Of the other.</param>
public readonly record struct SeriesJoinRow(SeriesPoint Left, SeriesPoint Right);
