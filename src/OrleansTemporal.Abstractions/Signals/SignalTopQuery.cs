using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>Asks for the leaders of a ledger, by one signal or by a rank profile.</summary>
public sealed record SignalTopQuery
{
    /// <summary>Name of a signal type; null when a profile is named.</summary>
    public string? Signal { get; init; }

    /// <summary>Name of a rank profile; null when a signal is named.</summary>
    public string? Profile { get; init; }

    /// <summary>What of the signal counts.</summary>
    public SignalRankBy By { get; init; }

    /// <summary>Over which time events are counted: any that the rings hold, or null for all of it.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Which score; null for the first.</summary>
    public TimeSpan? HalfLife { get; init; }

    /// <summary>How many, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int K { get; init; } = 10;

    /// <summary>The moment of event time; null for that of the answer.</summary>
    public EventTime? At { get; init; }

    /// <summary>As of when the service is asked.</summary>
    public AsOf AsOf { get; init; }
}
