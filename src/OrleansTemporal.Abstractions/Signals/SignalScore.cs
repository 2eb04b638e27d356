namespace OrleansTemporal.Signals;

/// <summary>A score.</summary>
/// <param name="HalfLife">How fast it decays.</param>
/// <param name="Value">Not negative.</param>
public sealed record SignalScore(SignalSpan HalfLife, double Value);
