namespace OrleansTemporal.Series;

/// <summary>A field that moves with the one that was asked about.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Field">The field.</param>
/// <param name="Coefficient">Correlation of ranks, −1 to 1.</param>
/// <param name="Lag">Nanoseconds by which it comes later; negative when it comes before.</param>
/// <param name="Count">Steps in which both have points.</param>
/// <param name="PValue">How likely as much is by chance.</param>
public sealed record SeriesCorrelation(string Stream, string Field, double Coefficient, long Lag, int Count, double PValue);
