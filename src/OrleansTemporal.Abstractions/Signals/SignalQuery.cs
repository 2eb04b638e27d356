using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>Asks for what is known of some entities.</summary>
public sealed record SignalQuery
{
    /// <summary>1 to <see cref="Limits.BatchCountMax"/> entities.</summary>
    public required ImmutableArray<string> Entities { get; init; }

    /// <summary>The moment of event time; null for that of the answer.</summary>
    public EventTime? At { get; init; }

    /// <summary>As of when the service is asked.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Name of a rank profile: the answer has its value instead of the signals. Null for the signals.</summary>
    public string? Profile { get; init; }
}
