using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>
/// Reads the operations of a storage delta's payload in order, without copying. Use as <c>foreach</c>'s enumerator or by
/// <see cref="MoveNext"/>. Every length is checked before it is used.
/// </summary>
public ref struct KvPayloadReader
{
    private readonly ReadOnlySpan<byte> payload;
    private ReadOnlySpan<byte> rest;
    private int next;

    /// <summary>Starts reading.</summary>
    /// <param name="payload">The payload; its salt is not part of it.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>payload_malformed</c>.</exception>
    public KvPayloadReader(ReadOnlySpan<byte> payload)
    {
        this.payload = rest = payload;
        if (!Varint.TryRead(ref rest, out var count) || count is 0 or > Limits.BatchCountMax)
        {
            throw KvPayloadFormat.Malformed("has no count of operations within its bound");
        }

        Count = (int)count;
    }

    /// <summary>How many operations there are.</summary>
    public int Count { get; }

    /// <summary>The operation that <see cref="MoveNext"/> has read.</summary>
    public KvPayloadOperation Current { get; private set; }

    /// <summary>This reader, for <c>foreach</c>.</summary>
    public readonly KvPayloadReader GetEnumerator() => this;

    /// <summary>Reads the next operation; false after the last.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>payload_malformed</c>.</exception>
    public bool MoveNext()
    {
        if (next == Count)
        {
            return rest.Length == 0 ? false : throw KvPayloadFormat.Malformed("has bytes after its last operation");
        }

        if (rest.Length < 2)
        {
            throw KvPayloadFormat.Malformed("ends within an operation");
        }

        var (code, flags) = (rest[0], rest[1]);
        rest = rest[2..];
        if (code == KvPayloadFormat.Erased && flags == 0)
        {
            Current = new KvPayloadOperation { Kind = default, Ordinal = (ushort)next++, Key = default, ValueAt = payload.Length - rest.Length };
            return true;
        }

        if (code is not (KvPayloadFormat.Put or KvPayloadFormat.Delete or KvPayloadFormat.Expire)
            || (flags & ~(KvPayloadFormat.HasExpiry | KvPayloadFormat.Encrypted | KvPayloadFormat.WithoutReferences)) != 0
            || (flags & (KvPayloadFormat.Encrypted | KvPayloadFormat.WithoutReferences)) == KvPayloadFormat.WithoutReferences
            || (flags != 0 && code != KvPayloadFormat.Put))
        {
            throw KvPayloadFormat.Malformed("has an operation or flags that this version doesn't know");
        }

        var key = ReadBytes(1, Limits.KeyBytesMax);
        HybridTimestamp? expiresAt = (flags & KvPayloadFormat.HasExpiry) == 0 ? null : new HybridTimestamp(ReadUInt64());
        var isEncrypted = (flags & KvPayloadFormat.Encrypted) != 0;
        var overhead = isEncrypted ? EncryptedValue.OverheadBytes : 0;
        var value = code == KvPayloadFormat.Put ? ReadBytes(1 + overhead, Limits.ValueBytesMax + overhead) : default;
        Current = new KvPayloadOperation
        {
            Kind = (KvOperationKind)code,
            Ordinal = (ushort)next++,
            Key = key,
            ExpiresAt = expiresAt,
            IsEncrypted = isEncrypted,
            MayRefer = (flags & KvPayloadFormat.WithoutReferences) == 0,
            ValueAt = payload.Length - rest.Length - value.Length,
            ValueLength = value.Length,
        };
        return true;
    }

    private ReadOnlySpan<byte> ReadBytes(int lengthMin, int lengthMax)
    {
        if (!Varint.TryRead(ref rest, out var length)
            || length < (ulong)lengthMin
            || length > (ulong)lengthMax
            || length > (ulong)rest.Length)
        {
            throw KvPayloadFormat.Malformed("has a key or value of a length that can't be");
        }

        var bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return bytes;
    }

    private ulong ReadUInt64()
    {
        if (rest.Length < sizeof(ulong))
        {
            throw KvPayloadFormat.Malformed("ends within an operation");
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        rest = rest[sizeof(ulong)..];
        return value;
    }
}
