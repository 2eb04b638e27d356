using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>
/// Writes the payload of a storage delta (docs/formats/kv-payload.md): operations in order, with all that is known before
/// the delta's turn comes. What the state says about each key goes into the header by <see cref="KvFacetWriter"/>.
/// </summary>
public ref struct KvPayloadWriter
{
    private readonly PayloadBuffer buffer;
    private int remaining;

    /// <summary>Starts a payload.</summary>
    /// <param name="buffer">An empty buffer.</param>
    /// <param name="operationCount">From 1 to <see cref="Limits.BatchCountMax"/>; exactly so many are written.</param>
    public KvPayloadWriter(PayloadBuffer buffer, int operationCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(operationCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(operationCount, Limits.BatchCountMax);
        this.buffer = buffer;
        remaining = operationCount;
        Varint.Write(buffer, (ulong)operationCount);
    }

    /// <summary>Bytes that one operation takes at most, beside key and value; the count in front takes at most two more.</summary>
    public const int OperationBytesMax = 2 + 2 + 8 + 4;

    /// <summary>Upper bound of a payload with one operation, for the capacity of its buffer.</summary>
    public static int GetCapacity(string key, int valueLength) =>
        2 + OperationBytesMax + Encoding.UTF8.GetMaxByteCount(key.Length) + valueLength;

    /// <summary>Writes a put.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="canonicalValue">Canonical JSON.</param>
    /// <param name="expiresAt">When the value ends; null for never.</param>
    /// <returns>Where the value starts in the payload.</returns>
    public int Put(string key, ReadOnlySpan<byte> canonicalValue, HybridTimestamp? expiresAt = null)
    {
        WriteHead(KvPayloadFormat.Put, key, expiresAt);
        Varint.Write(buffer, (ulong)canonicalValue.Length);
        var at = buffer.Length;
        canonicalValue.CopyTo(buffer.GetSpan(canonicalValue.Length));
        buffer.Advance(canonicalValue.Length);
        return at;
    }

    /// <summary>Writes a put up to its value, which is encrypted.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="valueLength">Bytes of the value before it is encrypted.</param>
    /// <param name="mayRefer">False when the value holds no reference to a document.</param>
    /// <returns>Where the encrypted value goes; to be filled before anything else is written.</returns>
    public Span<byte> PutEncrypted(string key, int valueLength, bool mayRefer)
    {
        WriteHead(KvPayloadFormat.Put, key, expiresAt: null, (byte)(mayRefer ? KvPayloadFormat.Encrypted : KvPayloadFormat.Encrypted | KvPayloadFormat.WithoutReferences));
        var length = valueLength + EncryptedValue.OverheadBytes;
        Varint.Write(buffer, (ulong)length);
        var room = buffer.GetSpan(length)[..length];
        buffer.Advance(length);
        return room;
    }

    /// <summary>Writes a delete.</summary>
    /// <param name="key">A valid key.</param>
    public void Delete(string key) => WriteHead(KvPayloadFormat.Delete, key, expiresAt: null);

    /// <summary>Writes the tombstone of a value whose time is over.</summary>
    /// <param name="key">A valid key.</param>
    public void Expire(string key) => WriteHead(KvPayloadFormat.Expire, key, expiresAt: null);

    /// <summary>Where the key of the last operation stands in the payload.</summary>
    public int KeyAt { get; private set; }

    /// <summary>Bytes of that key.</summary>
    public int KeyLength { get; private set; }

    private void WriteHead(byte code, string key, HybridTimestamp? expiresAt, byte flags = 0)
    {
        if (remaining-- <= 0)
        {
            throw new InvalidOperationException("More operations than were announced.");
        }

        var keyLength = DeltaFormat.Utf8.GetByteCount(key);
        var span = buffer.GetSpan(OperationBytesMax + keyLength);
        span[0] = code;
        span[1] = expiresAt is null ? flags : (byte)(flags | KvPayloadFormat.HasExpiry);
        var at = 2 + Varint.Write(span[2..], (ulong)keyLength);
        (KeyAt, KeyLength) = (buffer.Length + at, keyLength);
        at += DeltaFormat.Utf8.GetBytes(key, span[at..]);
        if (expiresAt is { } instant)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(span[at..], instant.Value);
            at += sizeof(ulong);
        }

        buffer.Advance(at);
    }
}
