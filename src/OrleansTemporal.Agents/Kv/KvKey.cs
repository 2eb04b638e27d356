namespace OrleansTemporal.Kv;

/// <summary>All versions of one key in one generation. The newest lies in the object itself, older ones in an array, oldest first.</summary>
internal sealed class KvKey : KvNode
{
    private KvNode[]? older;
    private int olderCount;

    public KvKey(string key) => Key = key;

    public string Key { get; }

    public int Count => olderCount + 1;

    /// <summary>Version by age, 0 the oldest.</summary>
    public KvNode this[int index] => index < olderCount ? older![index] : this;

    /// <summary>Makes room for a newer version: the present one moves behind it.</summary>
    public void Push()
    {
        if (older is null)
        {
            older = new KvNode[1];
        }
        else if (olderCount == older.Length)
        {
            Array.Resize(ref older, olderCount * 2);
        }

        older[olderCount++] = Copy();
    }

    /// <summary>The newest version with time ≤ <paramref name="time"/> and sequence ≤ <paramref name="sequence"/>, or null. O(log versions).</summary>
    public KvNode? Find(ulong time, long sequence)
    {
        if (Time <= time && Sequence <= sequence)
        {
            return this;
        }

        var (low, high) = (0, olderCount);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var node = older![middle];
            if (node.Time <= time && node.Sequence <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? null : older![low - 1];
    }

    /// <summary>Index of the first version whose (sequence, ordinal) is not below the given one.</summary>
    public int LowerBound(long sequence, int ordinal)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var node = this[middle];
            if (node.Sequence < sequence || (node.Sequence == sequence && node.Ordinal < ordinal))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
