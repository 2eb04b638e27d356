using System.Collections.Immutable;

namespace OrleansTemporal.Signals;

/// <summary>A way to rank entities: the weighted sum of scores.</summary>
public sealed record SignalProfile
{
    /// <summary>Its name, unique in the ledger.</summary>
    public required string Name { get; init; }

    /// <summary>The summands, one for each signal type and half-life.</summary>
    public required ImmutableArray<SignalTerm> Terms { get; init; }
}
