using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>One file of the journal. What changes is guarded by the journal's gate.</summary>
internal sealed class JournalFile(FileHeader header, IDataFile data, long capacity)
{
    public FileHeader Header { get; } = header;

    public long Number => Header.Number;

    public string Path { get; } = JournalFormat.NameOf(header.Number);

    public IDataFile Data { get; } = data;

    /// <summary>Bytes that were allocated; a group beyond goes to the next file.</summary>
    public long Capacity { get; } = capacity;

    /// <summary>Where the last durable group ends.</summary>
    public long Used { get; set; } = JournalFormat.BlockBytes;

    /// <summary>Extents of agents that are not trimmed.</summary>
    public int LiveExtents { get; set; }

    /// <summary>Reads that are under way.</summary>
    public int Pins { get; set; }

    /// <summary>A write or flush of it failed: it is never flushed again, nor reused.</summary>
    public bool IsPoisoned { get; set; }

    /// <summary>Damaged stretches that a scan has met so far; no read goes across one.</summary>
    public int Region { get; set; }

    /// <summary>Something in it did not verify: it is kept for whoever looks into it.</summary>
    public bool IsDamaged { get; set; }
}
