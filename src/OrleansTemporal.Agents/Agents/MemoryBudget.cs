namespace OrleansTemporal.Agents;

/// <summary>Bytes of versions that all agents of a process hold in memory, against what they may.</summary>
public sealed class MemoryBudget(long bytesMax)
{
    private long bytes;

    /// <summary>Bytes held now.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Bytes that may be held; beyond, sealed generations are let go.</summary>
    public long BytesMax => bytesMax;

    /// <summary>True when agents should let sealed generations go.</summary>
    public bool IsExceeded => Bytes > bytesMax;

    /// <summary>Counts bytes taken, or given back when negative.</summary>
    public void Add(long delta) => Interlocked.Add(ref bytes, delta);
}
