namespace OrleansTemporal.Storage.Journal;

/// <summary>One agent while the files are scanned.</summary>
internal sealed class RecoveredAgent(AgentSlot slot)
{
    private long start;
    private long end;
    private long first;
    private uint ordinal;
    private int recordBytes;

    public AgentSlot Slot { get; } = slot;

    public long Last { get; set; }

    /// <summary>How many damages there were when this agent was last known to be whole.</summary>
    public int WholeSince { get; set; }

    /// <summary>Adds a record of the present group; true when it is the first.</summary>
    public bool AddRecord(in FrameHeader header, long offset)
    {
        var isFirst = first == 0;
        if (isFirst)
        {
            first = (long)header.Sequence;
            start = offset;
            ordinal = header.Ordinal;
        }

        end = offset + header.TotalBytes;
        recordBytes += header.BodyBytes;
        return isFirst;
    }

    public void EndGroup(JournalFile file)
    {
        if (first != 0)
        {
            Slot.Extents.Add(new JournalExtent(file, start, (int)(end - start), ordinal, first, Last, recordBytes, file.Region));
            first = 0;
            recordBytes = 0;
        }
    }

    /// <summary>Forgets everything so far; whatever was lost of it is not missed.</summary>
    public void Drop(int damageCount)
    {
        Slot.Extents.TrimThrough(long.MaxValue);
        Slot.Damage = null;
        Last = 0;
        first = 0;
        recordBytes = 0;
        WholeSince = damageCount;
    }
}
