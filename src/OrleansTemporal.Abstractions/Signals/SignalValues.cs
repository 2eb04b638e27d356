using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What is known of one signal of one entity.</summary>
public sealed record SignalValues
{
    /// <summary>Name of the signal type.</summary>
    public required string Signal { get; init; }

    /// <summary>One score for each half-life, the type's own first.</summary>
    public required ImmutableArray<SignalScore> Scores { get; init; }

    /// <summary>One for each window of the type, shortest first.</summary>
    public required ImmutableArray<SignalWindowValue> Windows { get; init; }

    /// <summary>Events of all time.</summary>
    public required long Count { get; init; }

    /// <summary>Sum of all weights.</summary>
    public required double Sum { get; init; }

    /// <summary>Time of the newest event; null without events.</summary>
    public EventTime? LastEvent { get; init; }
}
