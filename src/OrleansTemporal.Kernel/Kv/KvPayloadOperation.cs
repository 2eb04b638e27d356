using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>One operation of a storage delta's payload: a view over the payload's bytes.</summary>
public readonly ref struct KvPayloadOperation
{
    /// <summary>Put, delete or the tombstone of an expiry; none of them when it was erased.</summary>
    public required KvOperationKind Kind { get; init; }

    /// <summary>True when only the operation's place is left: no key, no value.</summary>
    public bool IsErased => Kind == default;

    /// <summary>The operation's place in the delta, from 0.</summary>
    public required ushort Ordinal { get; init; }

    /// <summary>The key in UTF-8.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Reserved for an instant that a caller names; the service keeps a value's end in the header (<see cref="KvFacetReader.ExpiresAt"/>).</summary>
    public HybridTimestamp? ExpiresAt { get; init; }

    /// <summary>True when the value is encrypted (<see cref="Encryption.EncryptedValue"/>).</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>False when the value is encrypted and known to refer to no document.</summary>
    public bool MayRefer { get; init; }

    /// <summary>Where the value starts in the payload; state keeps <c>payload.Slice(ValueAt, ValueLength)</c>.</summary>
    public int ValueAt { get; init; }

    /// <summary>Length of the value in bytes, as it is stored; 0 for a delete.</summary>
    public int ValueLength { get; init; }

    /// <summary>Length of the value before it was encrypted.</summary>
    public int PlainLength => IsEncrypted ? ValueLength - EncryptedValue.OverheadBytes : ValueLength;
}
