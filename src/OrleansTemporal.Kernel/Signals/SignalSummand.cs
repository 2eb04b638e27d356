namespace OrleansTemporal.Signals;

/// <summary>A summand of a rank profile, by numbers.</summary>
/// <param name="Type">Number of the signal type.</param>
/// <param name="HalfLife">Which of its half-lives.</param>
/// <param name="Weight">What the score is multiplied by.</param>
public readonly record struct SignalSummand(int Type, int HalfLife, double Weight);
