namespace OrleansTemporal.Signals;

/// <summary>One of the leaders.</summary>
/// <param name="Entity">The entity.</param>
/// <param name="Value">What it is ranked by; never 0.</param>
public sealed record SignalRank(string Entity, double Value);
