using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Writes the facet field of a storage delta's header inside the gate: what the state said about each key just before.
/// Holds nothing of the user's, so it may stay when a payload is erased. Allocates nothing.
/// </summary>
public ref struct KvFacetWriter
{
    /// <summary>Bytes that one operation takes at most.</summary>
    public const int OperationBytesMax = 1 + 9 + 3 + 4 + 8;

    private readonly Span<byte> destination;
    private readonly uint? agentDigest;

    /// <summary>Starts a field.</summary>
    /// <param name="destination">At least <see cref="OperationBytesMax"/> bytes for each operation.</param>
    public KvFacetWriter(Span<byte> destination) => this.destination = destination;

    /// <summary>Starts a field whose previous writes may be another agent's.</summary>
    /// <param name="destination">At least <see cref="OperationBytesMax"/> bytes for each operation.</param>
    /// <param name="agentDigest">Digest of the delta's agent.</param>
    public KvFacetWriter(Span<byte> destination, uint agentDigest)
        : this(destination) => this.agentDigest = agentDigest;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds the next operation's entry, in the order of the payload.</summary>
    /// <param name="hadLiveValue">Whether the key had a value just before.</param>
    /// <param name="previous">The key's newest write before this one, tombstones included; none when there was none. The digest of the same agent isn't stored.</param>
    /// <param name="expiresAt">When the value that the operation writes ends; null for never.</param>
    /// <param name="wasOverdue">Whether the key's value just before was over, and no tombstone had been written for it.</param>
    public void Add(bool hadLiveValue, WriteId previous, HybridTimestamp? expiresAt = null, bool wasOverdue = false)
    {
        var isElsewhere = !previous.IsNone && agentDigest is { } digest && previous.AgentDigest != digest;
        destination[Length++] = (byte)((hadLiveValue ? KvPayloadFormat.HadLiveValue : 0)
            | (previous.IsNone ? 0 : KvPayloadFormat.HasPrevious)
            | (expiresAt is null ? 0 : KvPayloadFormat.HasExpiry)
            | (wasOverdue ? KvPayloadFormat.WasOverdue : 0)
            | (isElsewhere ? KvPayloadFormat.PreviousElsewhere : 0));
        if (!previous.IsNone)
        {
            Length += Varint.Write(destination[Length..], (ulong)previous.Sequence);
            Length += Varint.Write(destination[Length..], previous.Ordinal);
        }

        if (isElsewhere)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[Length..], previous.AgentDigest);
            Length += sizeof(uint);
        }

        if (expiresAt is { } end)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[Length..], end.Value);
            Length += sizeof(ulong);
        }
    }
}
