using System.Collections.Immutable;

namespace OrleansTemporal.Signals;

/// <summary>What is known of one entity.</summary>
public sealed record SignalReading
{
    /// <summary>The entity.</summary>
    public required string Entity { get; init; }

    /// <summary>Every signal of the ledger in the order of its schema; empty where a profile was asked for.</summary>
    public ImmutableArray<SignalValues> Signals { get; init; } = [];

    /// <summary>The value of the profile that was asked for.</summary>
    public double? Value { get; init; }
}
