namespace OrleansTemporal.Routing;

/// <summary>How often, how soon and for how long a delivery is tried.</summary>
/// <param name="Priority">Of the delta.</param>
/// <param name="RetriesMax">Tries after the first one; null for any number.</param>
/// <param name="DelayMin">Before the first retry; each later one waits twice as long.</param>
/// <param name="Timeout">How long after its system time a delta is still worth a try; null for ever.</param>
public sealed record DeliveryRetry(RoutingPriority Priority, int? RetriesMax, TimeSpan DelayMin, TimeSpan? Timeout);
