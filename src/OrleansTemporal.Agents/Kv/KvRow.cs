using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>One version in memory: numbers only.</summary>
internal struct KvRow
{
    public long Sequence;
    public ulong Time;
    public long PreviousSequence;
    public Distinction Distinction;
    public int Entry;
    public int Slab;
    public int ValueOffset;
    public int ValueLength;

    /// <summary>Index of what few versions have; -1 for none.</summary>
    public int Extras;

    /// <summary>Digest of the agent of the version before; counts when there is one.</summary>
    public uint PreviousDigest;

    public ushort Ordinal;
    public ushort PreviousOrdinal;
    public KvNodeFlags Flags;
}
