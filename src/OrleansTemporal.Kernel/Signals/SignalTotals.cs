using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What happened to an entity in all the time up to a moment.</summary>
/// <param name="Count">How many events of one signal.</param>
/// <param name="Sum">Their weights together.</param>
/// <param name="Newest">Time of the newest; null without events.</param>
public readonly record struct SignalTotals(ulong Count, double Sum, EventTime? Newest);
