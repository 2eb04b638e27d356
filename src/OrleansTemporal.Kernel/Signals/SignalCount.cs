namespace OrleansTemporal.Signals;

/// <summary>What fell into a window.</summary>
/// <param name="Events">How many events.</param>
/// <param name="Sum">Their weights together.</param>
public readonly record struct SignalCount(ulong Events, double Sum);
