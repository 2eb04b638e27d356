namespace OrleansTemporal.Kv;

/// <summary>All versions of one key in one generation. Good while the gate is held, or for ever once the generation is fixed.</summary>
internal readonly struct KvKey(KvGeneration generation, int entry)
{
    /// <summary>How many versions are looked at ahead.</summary>
    public const int AheadCount = 32;

    public KvGeneration Generation => generation;

    public int Count => Entry.Count;

    public KvNode Newest => new(generation, Entry.Newest);

    public KvNode Oldest => this[0];

    public KvPlace Earlier => Entry.Earlier;

    private ref KvEntry Entry => ref generation.Entries[entry];

    /// <summary>Version by age, 0 the oldest.</summary>
    public KvNode this[int index]
    {
        get
        {
            ref var key = ref Entry;
            return new KvNode(generation, index == key.Count - 1 ? key.Newest : generation.VersionsOf(key)[index].Row);
        }
    }

    /// <summary>The newest version with time ≤ <paramref name="time"/> and sequence ≤ <paramref name="sequence"/>, or null. O(log versions).</summary>
    public KvNode? Find(ulong time, long sequence)
    {
        ref var key = ref Entry;
        ref var newest = ref generation.Rows[key.Newest];
        if (newest.Time <= time && newest.Sequence <= sequence)
        {
            return new KvNode(generation, key.Newest);
        }

        if (key.Count == 1)
        {
            return null;
        }

        var versions = generation.VersionsOf(key);
        var (low, high) = (0, versions.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = versions[middle].Time <= time ? (middle + 1, high) : (low, middle);
        }

        if (low > 0 && generation.Rows[versions[low - 1].Row].Sequence > sequence)
        {
            low = LowerBound(sequence + 1, 0);
        }

        return low == 0 ? null : new KvNode(generation, versions[low - 1].Row);
    }

    /// <summary>Index of the first version whose (sequence, ordinal) is not below the given one. O(log versions).</summary>
    public int LowerBound(long sequence, int ordinal)
    {
        ref var key = ref Entry;
        if (IsBelow(generation.Rows[key.Newest], sequence, ordinal))
        {
            return key.Count;
        }

        if (key.Count == 1)
        {
            return 0;
        }

        var versions = generation.VersionsOf(key);
        var (low, high) = (0, versions.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = IsBelow(generation.Rows[versions[middle].Row], sequence, ordinal) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>
    /// Loads the versions from an index on, all at once: each is likely in no cache, and a processor waits for ten of them
    /// as long as for one when nothing stands between the loads.
    /// </summary>
    public long LookAhead(int first)
    {
        ref var key = ref Entry;
        var sum = 0L;
        if (key.Count > 1)
        {
            var versions = generation.VersionsOf(key);
            for (var i = Math.Max(first, 0); i < Math.Min(first + AheadCount, versions.Length); i++)
            {
                ref var row = ref generation.Rows[versions[i].Row];
                sum += row.Sequence + row.ValueLength + (long)row.Flags;
            }
        }

        return sum;
    }

    private static bool IsBelow(in KvRow row, long sequence, int ordinal) =>
        row.Sequence < sequence || (row.Sequence == sequence && row.Ordinal < ordinal);
}
