using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>The leaders of a ledger.</summary>
public sealed record SignalTop
{
    /// <summary>The greatest value first, equal ones in the order of the bytes of their ids.</summary>
    public required ImmutableArray<SignalRank> Ranks { get; init; }

    /// <summary>The moment of event time that it answers for.</summary>
    public required EventTime At { get; init; }

    /// <summary>The moment of system time that it answers for.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
