namespace OrleansTemporal.Series;

/// <summary>How two series move together, at the distance at which they do most.</summary>
/// <param name="Coefficient">Correlation of ranks, −1 to 1.</param>
/// <param name="Lag">Steps by which the second comes after the first; negative when it comes before.</param>
/// <param name="Count">Pairs of values that it is of.</param>
/// <param name="PValue">The probability of as much by chance, of series that remember as these do, over all distances looked at.</param>
public readonly record struct LaggedCorrelation(double Coefficient, int Lag, int Count, double PValue);
