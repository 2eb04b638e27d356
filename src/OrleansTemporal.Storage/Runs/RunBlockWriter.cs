using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Collects the entries of one block. Not thread-safe.</summary>
internal sealed class RunBlockWriter
{
    private readonly FormatWriter bytes = new(RunOptions.BlockBytesDefault * 2);
    private readonly List<int> restarts = [];
    private long firstSequence;
    private ulong firstTime;

    public int EntryCount { get; private set; }

    public int Length => bytes.Length;

    /// <summary>Adds an entry.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="previousKey">The key of the entry before it, in this block or not.</param>
    /// <param name="entry">The entry.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> previousKey, in RunEntry entry)
    {
        if (EntryCount == 0)
        {
            firstSequence = entry.Sequence;
            firstTime = entry.SystemTime.Value;
            bytes.I64(firstSequence);
            bytes.U64(firstTime);
        }

        var shared = 0;
        if (EntryCount % RunBlockFormat.RestartInterval == 0)
        {
            restarts.Add(bytes.Length);
        }
        else
        {
            shared = key.CommonPrefixLength(previousKey);
        }

        bytes.Var((ulong)shared);
        bytes.Var((ulong)(key.Length - shared));
        bytes.Bytes(key[shared..]);
        var hasExpiry = entry.Expiry.Value != 0;
        bytes.U8((byte)((entry.Ordinal != 0 ? RunBlockFormat.HasOrdinal : 0) | (hasExpiry ? RunBlockFormat.HasExpiry : 0)));
        bytes.U8(entry.Flags);
        bytes.Var(RunBlockFormat.ZigZag(entry.Sequence - firstSequence));
        bytes.Var(RunBlockFormat.ZigZag((long)(entry.SystemTime.Value - firstTime)));
        if (entry.Ordinal != 0)
        {
            bytes.Var(entry.Ordinal);
        }

        if (hasExpiry)
        {
            bytes.U64(entry.Expiry.Value);
        }

        EntryCount++;
    }

    /// <summary>Adds the restarts; the block's bytes are valid until the next <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        foreach (var restart in restarts)
        {
            bytes.U32((uint)restart);
        }

        bytes.U32((uint)restarts.Count);
        return bytes.Written;
    }

    public void Clear()
    {
        bytes.Clear();
        restarts.Clear();
        EntryCount = 0;
    }
}
