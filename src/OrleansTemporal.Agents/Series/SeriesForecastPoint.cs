namespace OrleansTemporal.Series;

/// <summary>What is to be expected at a time.</summary>
/// <param name="Time">Event time in nanoseconds.</param>
/// <param name="Value">The value.</param>
/// <param name="Low">Below this lie 2.5 of 100.</param>
/// <param name="High">Above this lie 2.5 of 100.</param>
public readonly record struct SeriesForecastPoint(long Time, double Value, double Low, double High);
