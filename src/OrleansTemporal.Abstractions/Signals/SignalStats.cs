namespace OrleansTemporal.Signals;

/// <summary>How much a ledger agent holds.</summary>
public sealed record SignalStats
{
    /// <summary>Entities that have events.</summary>
    public required long EntityCount { get; init; }

    /// <summary>Pairs of entity and signal.</summary>
    public required long StateCount { get; init; }

    /// <summary>Events that were older than seven days when they came, and are in no window.</summary>
    public required long LateCount { get; init; }

    /// <summary>Bytes of memory.</summary>
    public required long Bytes { get; init; }
}
