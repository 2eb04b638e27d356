namespace OrleansTemporal.Storage.Journal;

/// <summary>What a host can tune about the journal. The defaults suit a server with a local disk.</summary>
public sealed record JournalOptions
{
    /// <summary>64 MiB: a few hundred milliseconds of the fastest ingest, so files change seldom; small enough to recycle.</summary>
    public const long FileBytesDefault = 64L << 20;

    /// <summary>4 MiB: an embedded store that holds little takes little, and a first open takes milliseconds.</summary>
    public const long FirstFileBytesDefault = 4L << 20;

    /// <summary>1 GiB: replayed in a few seconds.</summary>
    public const long JournalBytesMaxDefault = 1L << 30;

    /// <summary>Files kept before the oldest is due for sealing, so that many half-empty ones do not pile up.</summary>
    public const int SealAboveFileCountDefault = 8;

    /// <summary>64 MiB of records waiting for the disk.</summary>
    public const long StagedBytesMaxDefault = 64L << 20;

    /// <summary>256 KiB: where a flush costs its bytes rather than its call.</summary>
    public const int FlushAtBytesDefault = 256 << 10;

    /// <summary>Freed files kept for reuse.</summary>
    public const int SpareFilesMaxDefault = 2;

    /// <summary>Torn ends kept aside.</summary>
    public const int TornFilesMaxDefault = 16;

    /// <summary>How long a write waits for room: longer than a pause of the disk, shorter than the patience of a client.</summary>
    public static readonly TimeSpan ReserveWaitDefault = TimeSpan.FromSeconds(5);

    /// <summary>How long a record that nobody waits for may stay undurable.</summary>
    public static readonly TimeSpan FlushIntervalDefault = TimeSpan.FromMilliseconds(10);

    /// <summary>How far ahead a group closes time when a read asks for it: one flush then serves all reads of that span, and a restart starts at most so far ahead.</summary>
    public static readonly TimeSpan CeilingSlackDefault = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of a journal file; a multiple of 4096.</summary>
    public long FileBytes { get; init; } = FileBytesDefault;

    /// <summary>Bytes of the first file; each further one is four times larger, up to <see cref="FileBytes"/>.</summary>
    public long FirstFileBytes { get; init; } = FirstFileBytesDefault;

    /// <summary>Bytes in all files at which writers wait, then are refused; at least twice <see cref="FileBytes"/>.</summary>
    public long JournalBytesMax { get; init; } = JournalBytesMaxDefault;

    /// <summary>Bytes in all files above which the oldest is due for sealing; null for half of <see cref="JournalBytesMax"/>.</summary>
    public long? SealAboveBytes { get; init; }

    /// <summary>Files above which the oldest is due for sealing.</summary>
    public int SealAboveFileCount { get; init; } = SealAboveFileCountDefault;

    /// <summary>Bytes reserved, staged and in flight at which writers wait. One record may exceed it when it is alone.</summary>
    public long StagedBytesMax { get; init; } = StagedBytesMaxDefault;

    /// <summary>Staged bytes at which a flush starts although nobody waits.</summary>
    public int FlushAtBytes { get; init; } = FlushAtBytesDefault;

    /// <summary>Freed files kept for reuse; further ones are deleted.</summary>
    public int SpareFilesMax { get; init; } = SpareFilesMaxDefault;

    /// <summary>Torn ends kept aside; the oldest are deleted.</summary>
    public int TornFilesMax { get; init; } = TornFilesMaxDefault;

    /// <summary>How long <c>ReserveAsync</c> waits for room.</summary>
    public TimeSpan ReserveWait { get; init; } = ReserveWaitDefault;

    /// <summary>How long a record that nobody waits for may stay undurable.</summary>
    public TimeSpan FlushInterval { get; init; } = FlushIntervalDefault;

    /// <summary>How far beyond the asked instant <c>CloseAsync</c> closes time.</summary>
    public TimeSpan CeilingSlack { get; init; } = CeilingSlackDefault;

    /// <summary>Who writes groups.</summary>
    public JournalDriver Driver { get; init; }

    internal long SealAbove => SealAboveBytes ?? JournalBytesMax / 2;

    /// <summary>Checks that the numbers fit together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside of what it may be; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytes, JournalFormat.FileBytesMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FileBytes, JournalFormat.FileBytesMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(FileBytes % JournalFormat.BlockBytes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstFileBytes, JournalFormat.FileBytesMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FirstFileBytes, FileBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(FirstFileBytes % JournalFormat.BlockBytes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(JournalBytesMax, 2 * FileBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SealAbove);
        ArgumentOutOfRangeException.ThrowIfLessThan(SealAboveFileCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StagedBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StagedBytesMax, JournalFormat.StagedBytesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(FlushAtBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SpareFilesMax);
        ArgumentOutOfRangeException.ThrowIfNegative(TornFilesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReserveWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FlushInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CeilingSlack, TimeSpan.Zero);
    }
}
