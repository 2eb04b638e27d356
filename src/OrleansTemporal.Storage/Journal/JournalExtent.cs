namespace OrleansTemporal.Storage.Journal;

/// <summary>A stretch of a file that holds consecutive records of one agent, possibly among frames of others.</summary>
/// <param name="Offset">Of the first frame of the agent.</param>
/// <param name="Length">To the end of the last frame of the agent.</param>
/// <param name="Ordinal">What stands for the agent in that file.</param>
/// <param name="RecordBytes">Bytes of the agent's records alone.</param>
internal readonly record struct JournalExtent(
    JournalFile File, long Offset, int Length, uint Ordinal, long First, long Last, int RecordBytes)
{
    public long End => Offset + Length;
}
