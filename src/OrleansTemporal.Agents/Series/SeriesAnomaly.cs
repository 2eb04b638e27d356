namespace OrleansTemporal.Series;

/// <summary>A point and how unusual it is.</summary>
/// <param name="Point">The point.</param>
/// <param name="Reading">Its score, p-value and what was to be expected.</param>
public readonly record struct SeriesAnomaly(SeriesPoint Point, AnomalyReading Reading);
