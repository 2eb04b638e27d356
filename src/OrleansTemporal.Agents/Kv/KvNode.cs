using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// One version in memory. Everything here is written under the gate and, for a <see cref="KvKey"/>, overwritten by the
/// next version of the same key, so readers copy what they need before they leave the gate.
/// </summary>
internal class KvNode
{
    public long Sequence;
    public ulong Time;
    public long PreviousSequence;
    public Distinction Distinction;
    public byte[] Buffer = [];
    public KvExtras? Extras;
    public int ValueOffset;
    public int ValueLength;
    public ushort Ordinal;
    public ushort PreviousOrdinal;
    public KvNodeFlags Flags;

    public bool IsDeleted => (Flags & KvNodeFlags.Deleted) != 0;

    public bool IsErased => (Flags & KvNodeFlags.Erased) != 0;

    public KvNode Copy() => new()
    {
        Sequence = Sequence,
        Time = Time,
        PreviousSequence = PreviousSequence,
        Distinction = Distinction,
        Buffer = Buffer,
        Extras = Extras,
        ValueOffset = ValueOffset,
        ValueLength = ValueLength,
        Ordinal = Ordinal,
        PreviousOrdinal = PreviousOrdinal,
        Flags = Flags,
    };

    public KvVersion ToVersion(string key, uint digest) => new()
    {
        Key = key,
        Value = new ReadOnlyMemory<byte>(Buffer, ValueOffset, ValueLength),
        WriteId = new WriteId(digest, Sequence, Ordinal),
        PreviousWriteId = PreviousSequence == 0 ? WriteId.None : new WriteId(digest, PreviousSequence, PreviousOrdinal),
        DistinctionId = Distinction,
        SystemTime = new HybridTimestamp(Time),
        Causes = Extras?.Causes ?? [],
        Metadata = Extras?.Metadata ?? [],
        ExpiresAt = Extras?.ExpiresAt,
        IsDeleted = IsDeleted,
        IsErased = IsErased,
    };
}
