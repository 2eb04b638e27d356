using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What fell into a window.</summary>
/// <param name="Window">Its length.</param>
/// <param name="Start">From when it counts.</param>
/// <param name="Count">How many events.</param>
/// <param name="Sum">Their weights together.</param>
/// <param name="Velocity">Events a second of its length.</param>
public sealed record SignalWindowValue(SignalSpan Window, EventTime Start, long Count, double Sum, double Velocity);
