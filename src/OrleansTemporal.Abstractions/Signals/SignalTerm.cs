namespace OrleansTemporal.Signals;

/// <summary>One summand of a rank profile.</summary>
/// <param name="Signal">Name of a signal type.</param>
/// <param name="HalfLife">Which of the type's scores; null for the first.</param>
/// <param name="Weight">What the score is multiplied by: finite, negative for what speaks against.</param>
public sealed record SignalTerm(string Signal, TimeSpan? HalfLife, double Weight);
