using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>One version of one key: a value, or a tombstone.</summary>
public sealed record KvVersion
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>Canonical JSON in UTF-8; empty for a tombstone and for an erased value. Never written to by anybody.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Id of this version.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>The version before it; <see cref="WriteId.IsNone"/> when this is the first.</summary>
    public required WriteId PreviousWriteId { get; init; }

    /// <summary>Content address of the value; zero for a tombstone and for an erased value.</summary>
    public required Distinction DistinctionId { get; init; }

    /// <summary>System time of the delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Sequence of the delta in its agent.</summary>
    public long Sequence => WriteId.Sequence;

    /// <summary>Writes that this one follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Pairs that travel under the root, in the order of their keys' bytes.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Instant at which the value ends; null for never.</summary>
    public HybridTimestamp? ExpiresAt { get; init; }

    /// <summary>The data key that the value is stored under; none when it is stored as it is.</summary>
    public DataKeyId DataKey { get; init; }

    /// <summary>True for a tombstone.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>True when the value was erased on purpose.</summary>
    public bool IsErased { get; init; }
}
