namespace OrleansTemporal.Storage.Journal;

/// <summary>A stretch of a file that holds consecutive records of one agent, possibly among frames of others.</summary>
/// <param name="Offset">Of the first frame of the agent.</param>
/// <param name="Length">To the end of the last frame of the agent.</param>
/// <param name="Ordinal">What stands for the agent in that file.</param>
/// <param name="RecordBytes">Bytes of the agent's records alone.</param>
/// <param name="Region">How many damaged stretches of the file lie before it.</param>
internal readonly record struct JournalExtent(
    JournalFile File, long Offset, int Length, uint Ordinal, long First, long Last, int RecordBytes, int Region)
{
    /// <summary>Frames of others and padding that one read may skip between two extents.</summary>
    private const int GapBytesMax = 8 << 10;

    public long End => Offset + Length;

    /// <summary>True when one read can take both: frames lead from one to the other, and few of them.</summary>
    public bool LeadsTo(in JournalExtent next) =>
        File == next.File && Ordinal == next.Ordinal && Region == next.Region && next.Offset - End <= GapBytesMax;
}
