namespace OrleansTemporal.Kv;

/// <summary>How a query was answered.</summary>
public sealed record KvQueryPlan
{
    /// <summary><c>keys</c> (in the order of keys), <c>order</c> (the first rows of an order) or <c>groups</c>; of a view <c>view</c> or, where its rows are groups, <c>viewGroups</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Keys that were looked at, those without a value included.</summary>
    public long KeyCount { get; init; }

    /// <summary>Keys whose value was read from segments; the others were in memory.</summary>
    public long SealedKeyCount { get; init; }

    /// <summary>Bytes of documents that the filter was put to.</summary>
    public long ByteCount { get; init; }

    /// <summary>Partitions that were asked.</summary>
    public int PartitionCount { get; init; }

    /// <summary>Turns over all partitions.</summary>
    public int TurnCount { get; init; }

    /// <summary>True when the page was full before every key was looked at.</summary>
    public bool ExitedEarly { get; init; }

    /// <summary>False when the request had scanned <see cref="Limits.QueryKeysScannedMax"/> keys before its page was full; the next page goes on.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The field whose index said which documents to look at; null when none did.</summary>
    public string? Index { get; init; }

    /// <summary>Changes that the index, or the view, took in before it answered.</summary>
    public long ChangeCount { get; init; }
}
