using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Health;

/// <summary>
/// Refuses writes while memory, disk or file handles run short; reads go on. Measured at most once per
/// <see cref="MeasureInterval"/>, by whichever request comes first, so the usual check costs one clock reading.
/// </summary>
/// <param name="options">The limits.</param>
/// <param name="dataDirectory">The folder whose disk must not fill; null when the data is elsewhere.</param>
/// <param name="time">For the interval.</param>
internal sealed class ResourceGuard(OrleansTemporalHttpOptions options, string? dataDirectory, TimeProvider time)
{
    internal static readonly TimeSpan MeasureInterval = TimeSpan.FromMilliseconds(250);

    // A heap over its limit may be garbage only; a collection settles it, but not more often than this.
    private static readonly TimeSpan CollectInterval = TimeSpan.FromSeconds(1);

    private const string OpenFilesFolder = "/proc/self/fd";

    private readonly Lock gate = new();
    private long measuredAt;
    private long collectedAt;
    private volatile TemporalException? shortage;

    /// <summary>Why writes are refused at the moment; null when they are not.</summary>
    internal string? Shortage
    {
        get
        {
            MeasureWhenDue();
            return shortage?.Message;
        }
    }

    /// <summary>Does nothing while there is enough of everything.</summary>
    /// <exception cref="TemporalException"><c>quota_exceeded</c>, <c>too_busy</c> or <c>not_ready</c>, naming the limit.</exception>
    internal void RefuseWritesWhenShort()
    {
        MeasureWhenDue();
        if (shortage is { } found)
        {
            throw new TemporalException(found.Kind, found.Code, found.Message) { Field = found.Field, Limit = found.Limit, RetryAfter = found.RetryAfter };
        }
    }

    private void MeasureWhenDue()
    {
        var last = Volatile.Read(ref measuredAt);
        if (last != 0 && time.GetElapsedTime(last) < MeasureInterval)
        {
            return;
        }

        if (gate.TryEnter())
        {
            try
            {
                shortage = MeasureHeap() ?? MeasureDisk() ?? MeasureFiles();
                Volatile.Write(ref measuredAt, Math.Max(1, time.GetTimestamp()));
            }
            finally
            {
                gate.Exit();
            }
        }
    }

    private TemporalException? MeasureHeap()
    {
        if (options.HeapBytesMax == 0 || GC.GetTotalMemory(false) <= options.HeapBytesMax)
        {
            return null;
        }

        if (collectedAt == 0 || time.GetElapsedTime(collectedAt) >= CollectInterval)
        {
            collectedAt = Math.Max(1, time.GetTimestamp());
            GC.Collect();
        }

        return GC.GetTotalMemory(false) <= options.HeapBytesMax ? null : new TemporalException(
            ErrorKind.Throttled, ErrorCodes.QuotaExceeded, $"The heap is above {nameof(options.HeapBytesMax)}; writes wait until it shrinks.")
        {
            Field = nameof(options.HeapBytesMax),
            Limit = options.HeapBytesMax,
            RetryAfter = TimeSpan.FromSeconds(5),
        };
    }

    private TemporalException? MeasureDisk()
    {
        if (options.DiskFreeBytesMin == 0 || !Directory.Exists(dataDirectory))
        {
            return null;
        }

        return new DriveInfo(Path.GetFullPath(dataDirectory)).AvailableFreeSpace >= options.DiskFreeBytesMin ? null : new TemporalException(
            ErrorKind.Unavailable, ErrorCodes.NotReady, $"The data disk has less than {nameof(options.DiskFreeBytesMin)} bytes free; writes wait until there is room.")
        {
            Field = nameof(options.DiskFreeBytesMin),
            Limit = options.DiskFreeBytesMin,
            RetryAfter = TimeSpan.FromSeconds(30),
        };
    }

    private TemporalException? MeasureFiles()
    {
        if (options.OpenFilesMax == 0 || !Directory.Exists(OpenFilesFolder))
        {
            return null;
        }

        return Directory.EnumerateFileSystemEntries(OpenFilesFolder).Count() <= options.OpenFilesMax ? null : new TemporalException(
            ErrorKind.Unavailable, ErrorCodes.TooBusy, $"The process has more than {nameof(options.OpenFilesMax)} files and sockets open.")
        {
            Field = nameof(options.OpenFilesMax),
            Limit = options.OpenFilesMax,
            RetryAfter = TimeSpan.FromSeconds(5),
        };
    }
}
