using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>One weighted event on an entity.</summary>
public sealed record SignalEvent
{
    /// <summary>The entity: 1 to <see cref="Limits.KeyBytesMax"/> bytes of UTF-8.</summary>
    public required string Entity { get; init; }

    /// <summary>Name of the signal type.</summary>
    public required string Signal { get; init; }

    /// <summary>Finite and not negative.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>When it happened, at most <see cref="Limits.SignalHoursAheadMax"/> hours ahead; null for the moment at which it is recorded.</summary>
    public EventTime? Time { get; init; }

    /// <summary>
    /// Makes the event recognisable: the same id for the same entity and signal within 24 hours counts once. 1 to
    /// <see cref="Limits.SignalEventIdBytesMax"/> bytes of UTF-8, or null.
    /// </summary>
    public string? Id { get; init; }
}
