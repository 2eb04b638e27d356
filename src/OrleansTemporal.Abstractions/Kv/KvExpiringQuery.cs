using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks for live values that end within a time.</summary>
public sealed record KvExpiringQuery
{
    /// <summary>Values that end later than this behind the moment are left out; 1 ms to <see cref="Limits.TimeToLiveDaysMax"/> days.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>Only entries behind this place (exclusive); null for the beginning.</summary>
    public KvExpiryPlace? After { get; init; }

    /// <summary>Entries at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }
}
