using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>Reads the facet field of a storage delta's header, one entry for each operation of the payload, in its order.</summary>
public ref struct KvFacetReader
{
    private readonly uint agentDigest;
    private ReadOnlySpan<byte> rest;

    /// <summary>Starts reading.</summary>
    /// <param name="facet">The field.</param>
    /// <param name="agentDigest">Digest of the delta's agent, for the write ids.</param>
    public KvFacetReader(ReadOnlySpan<byte> facet, uint agentDigest)
    {
        rest = facet;
        this.agentDigest = agentDigest;
    }

    /// <summary>Whether the key had a value just before.</summary>
    public bool HadLiveValue { get; private set; }

    /// <summary>The key's newest write before this one, tombstones included; none when there was none.</summary>
    public WriteId Previous { get; private set; }

    /// <summary>When the value that the operation wrote ends; null for never.</summary>
    public HybridTimestamp? ExpiresAt { get; private set; }

    /// <summary>Whether the key's value just before was over, and no tombstone had been written for it.</summary>
    public bool WasOverdue { get; private set; }

    /// <summary>Reads the next entry; false after the last.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>payload_malformed</c>.</exception>
    public bool MoveNext()
    {
        if (rest.Length == 0)
        {
            return false;
        }

        var flags = rest[0];
        rest = rest[1..];
        if ((flags & ~(KvPayloadFormat.HadLiveValue | KvPayloadFormat.HasPrevious | KvPayloadFormat.HasExpiry | KvPayloadFormat.WasOverdue | KvPayloadFormat.PreviousElsewhere)) != 0
            || (flags & (KvPayloadFormat.HasPrevious | KvPayloadFormat.PreviousElsewhere)) == KvPayloadFormat.PreviousElsewhere)
        {
            throw KvPayloadFormat.Malformed("has header flags that this version doesn't know");
        }

        HadLiveValue = (flags & KvPayloadFormat.HadLiveValue) != 0;
        Previous = (flags & KvPayloadFormat.HasPrevious) != 0 ? ReadPrevious((flags & KvPayloadFormat.PreviousElsewhere) != 0) : default;
        ExpiresAt = (flags & KvPayloadFormat.HasExpiry) != 0 ? ReadExpiry() : null;
        WasOverdue = (flags & KvPayloadFormat.WasOverdue) != 0;
        return true;
    }

    private HybridTimestamp ReadExpiry()
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(rest, out var end))
        {
            throw KvPayloadFormat.Malformed("has a header entry that ends within its expiry");
        }

        rest = rest[sizeof(ulong)..];
        return new HybridTimestamp(end);
    }

    private WriteId ReadPrevious(bool isElsewhere)
    {
        if (!Varint.TryRead(ref rest, out var sequence) || sequence is 0 or > long.MaxValue
            || !Varint.TryRead(ref rest, out var ordinal) || ordinal > ushort.MaxValue)
        {
            throw KvPayloadFormat.Malformed("names a previous write that can't be");
        }

        var digest = agentDigest;
        if (isElsewhere)
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(rest, out digest))
            {
                throw KvPayloadFormat.Malformed("has a header entry that ends within its previous write");
            }

            rest = rest[sizeof(uint)..];
        }

        return new WriteId(digest, (long)sequence, (ushort)ordinal);
    }
}
