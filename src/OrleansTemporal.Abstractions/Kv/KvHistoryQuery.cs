using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks for versions of one key.</summary>
public sealed record KvHistoryQuery
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>Oldest first when true, else newest first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Inclusive lower bound of system time; zero for none.</summary>
    public HybridTimestamp From { get; init; }

    /// <summary>Exclusive upper bound of system time; zero for none.</summary>
    public HybridTimestamp To { get; init; }

    /// <summary>Versions at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Continue behind this version (exclusive), in the direction of the query; none for the beginning.</summary>
    public WriteId Cursor { get; init; }
}
