using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>One change of one key inside a write.</summary>
public sealed record KvOperation
{
    /// <summary>Put or delete.</summary>
    public required KvOperationKind Kind { get; init; }

    /// <summary>1 to <see cref="Limits.KeyBytesMax"/> bytes of UTF-8.</summary>
    public required string Key { get; init; }

    /// <summary>JSON text for a put, any formatting; the agent stores its canonical form. Empty for a delete.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The data key that the value of a put is encrypted under; none to store it as it is.</summary>
    public DataKeyId DataKey { get; init; }

    /// <summary>When set, the write is refused unless the live version of the key has this write id.</summary>
    public WriteId? IfMatch { get; init; }

    /// <summary>When true, the write is refused if the key has a live value.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>When true, the write is refused unless the key has a live value (<c>If-Match: *</c>).</summary>
    public bool IfPresent { get; init; }

    /// <summary>When true, a delete writes its tombstone even if the key has no live value, so that a part of a larger write can not be refused.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>
    /// How long the value of a put lives, from the system time of its delta; null, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>, for ever. Else whole milliseconds, at most <see cref="Limits.TimeToLiveDaysMax"/> days.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }
}
