using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What an erasure came to.</summary>
public sealed record KvEraseResult
{
    /// <summary>One for each delta that was written, in order; none when there was nothing left to erase.</summary>
    public required ImmutableArray<Receipt> Receipts { get; init; }

    /// <summary>Keys of which something was erased.</summary>
    public required long KeyCount { get; init; }

    /// <summary>Versions that were erased.</summary>
    public required long VersionCount { get; init; }

    /// <summary>True when a key of the request was ever written.</summary>
    public required bool KeyExists { get; init; }
}
