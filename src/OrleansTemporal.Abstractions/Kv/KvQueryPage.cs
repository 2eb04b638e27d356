using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>What one turn of a query found.</summary>
public sealed record KvQueryPage
{
    /// <summary>Rows in the order of keys or, with a sort, in that order.</summary>
    public ImmutableArray<KvQueryRow> Rows { get; init; } = [];

    /// <summary>Groups in the order of their keys.</summary>
    public ImmutableArray<GroupState> Groups { get; init; } = [];

    /// <summary>Documents of this turn that passed the filter.</summary>
    public required long MatchCount { get; init; }

    /// <summary>Pass as <see cref="KvQuery.After"/> for the next turn; null when every key was seen.</summary>
    public required string? Next { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Keys that were looked at, those without a value included.</summary>
    public required long KeyCount { get; init; }

    /// <summary>Keys whose value had to be read from segments.</summary>
    public required long SealedKeyCount { get; init; }

    /// <summary>Bytes of documents that the filter was put to.</summary>
    public required long ByteCount { get; init; }
}
