namespace OrleansTemporal.Storage.Journal;

/// <summary>The extents of one agent in sequence order. Guarded by the journal's gate.</summary>
internal sealed class ExtentList
{
    /// <summary>Largest merged extent: what a read of a single record may cost.</summary>
    private const int MergedBytesMax = 256 << 10;
    private const int CompactAt = 1024;

    private readonly List<JournalExtent> extents = [];
    private int head;

    public int Count => extents.Count - head;

    public long RecordBytes { get; private set; }

    public JournalExtent this[int index] => extents[head + index];

    public void Add(in JournalExtent added)
    {
        RecordBytes += added.RecordBytes;
        if (Count > 0)
        {
            var last = extents[^1];
            var merged = added.End - last.Offset;
            if (last.LeadsTo(added) && merged <= MergedBytesMax)
            {
                extents[^1] = last with { Length = (int)merged, Last = added.Last, RecordBytes = last.RecordBytes + added.RecordBytes };
                return;
            }
        }

        added.File.LiveExtents++;
        extents.Add(added);
    }

    /// <summary>Lets go of extents whose records are all up to a sequence; true when a file may have become free.</summary>
    public bool TrimThrough(long sequence)
    {
        var before = head;
        while (Count > 0 && extents[head].Last <= sequence)
        {
            var extent = extents[head];
            extent.File.LiveExtents--;
            RecordBytes -= extent.RecordBytes;
            extents[head] = default;
            head++;
        }

        if (head >= CompactAt && head * 2 >= extents.Count)
        {
            extents.RemoveRange(0, head);
            head = 0;
            return true;
        }

        return head != before;
    }

    /// <summary>Index of the first extent with a record after a sequence; <see cref="Count"/> when there is none.</summary>
    public int IndexAfter(long sequence)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Last > sequence)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
