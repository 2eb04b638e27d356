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

    /// <summary>
    /// Where it is later than <see cref="To"/>: the tombstone of a value that ended by itself up to here (inclusive) is asked
    /// for too, if its version is. So asks an agent that has the slot now, up to its first own write.
    /// </summary>
    public HybridTimestamp EndsThrough { get; init; }

    /// <summary>
    /// Where it is later than <see cref="To"/>: the bound of the question that this is a part of. What is kept is told by it.
    /// So asks an agent that has the slot now.
    /// </summary>
    public HybridTimestamp AskedTo { get; init; }

    /// <summary>
    /// True for versions as they stand in the log: with the tombstones that clean-up has written, each under the id of the
    /// end, and without those that follow from the time alone.
    /// </summary>
    public bool AsLogged { get; init; }

    /// <summary>Versions at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Continue behind this version (exclusive), in the direction of the query; none for the beginning.</summary>
    public WriteId Cursor { get; init; }

    /// <summary>
    /// A filter as JSON over the values; empty for none. Tombstones and erased versions have no value and pass none. A page
    /// ends, with a place to go on from, when it is full or has looked at <see cref="Limits.KeysScannedPerPageMax"/> versions.
    /// </summary>
    public ReadOnlyMemory<byte> Filter { get; init; }
}
