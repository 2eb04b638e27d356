using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What is known of some entities.</summary>
public sealed record SignalAnswer
{
    /// <summary>One for each entity that was asked for, in that order.</summary>
    public required ImmutableArray<SignalReading> Readings { get; init; }

    /// <summary>The moment of event time that it answers for.</summary>
    public required EventTime At { get; init; }

    /// <summary>The moment of system time that it answers for.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
