using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>
/// Files in memory that fail as a disk does. Bytes are durable only after a flush of the file, names only after a flush
/// of the folder; <see cref="Crash"/> takes the power away and yields what is left. With a <see cref="FaultPlan"/> calls
/// are late, fail, fail after having done their work, or meet a full disk. Safe for several threads.
/// </summary>
public sealed partial class MemoryFileSystem : IFileSystem
{
    private readonly Lock gate = new();
    private readonly IWorkScheduler? scheduler;
    private readonly FaultPlan plan;
    private readonly SortedDictionary<string, MemoryInode> names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MemoryInode> durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> pendingNames = [];
    private bool isDead;
    private long operationCount;

    /// <summary>Makes an empty file system.</summary>
    /// <param name="plan">What goes wrong; null for nothing but a crash.</param>
    /// <param name="scheduler">Where delayed calls complete; needed only when the plan has delays.</param>
    public MemoryFileSystem(FaultPlan? plan = null, IWorkScheduler? scheduler = null)
    {
        this.plan = plan ?? new FaultPlan(0);
        this.scheduler = scheduler;
    }

    /// <summary>Opens what another one left behind.</summary>
    /// <param name="image">Copied; it can be opened again.</param>
    public MemoryFileSystem(MemoryImage image, FaultPlan? plan = null, IWorkScheduler? scheduler = null)
        : this(plan, scheduler)
    {
        ArgumentNullException.ThrowIfNull(image);
        foreach (var (path, bytes) in image.Files)
        {
            var inode = new MemoryInode(bytes);
            names.Add(path, inode);
            durableNames.Add(path, inode);
        }
    }

    private MemoryFileSystem(MemoryFileSystem earlier, FaultPlan? plan, IWorkScheduler? scheduler)
        : this(plan, scheduler)
    {
        names = earlier.names;
        durableNames = earlier.durableNames;
        pendingNames = earlier.pendingNames;
    }

    /// <summary>Calls so far, so that a test can let the power go at each of them.</summary>
    public long OperationCount
    {
        get
        {
            lock (gate)
            {
                return operationCount;
            }
        }
    }

    /// <summary>True after the power went.</summary>
    public bool IsDead
    {
        get
        {
            lock (gate)
            {
                return isDead;
            }
        }
    }

    /// <summary>Takes the power away: every open file is dead, and what survives is what was flushed and whatever the plan's seed keeps of the rest.</summary>
    public MemoryImage Crash()
    {
        lock (gate)
        {
            isDead = true;
            var keepsPrefix = plan.NextCrashKeepsPrefix();
            var kept = keepsPrefix ? plan.NextBelow(pendingNames.Count + 1) : 0;
            for (var i = 0; i < pendingNames.Count; i++)
            {
                if (keepsPrefix ? i < kept : plan.NextBelow(2) == 0)
                {
                    pendingNames[i].Apply(durableNames);
                }
            }

            pendingNames.Clear();
            var image = new MemoryImage();
            foreach (var (path, inode) in durableNames)
            {
                image.Files[path] = inode.Crash(plan);
            }

            return image;
        }
    }

    /// <summary>
    /// Lets the process die and the next one find the same disk: open files are dead, and what was written and not flushed
    /// is seen by the next process, and still not durable.
    /// </summary>
    public MemoryFileSystem Restart(FaultPlan? plan = null, IWorkScheduler? scheduler = null)
    {
        lock (gate)
        {
            isDead = true;
            return new MemoryFileSystem(this, plan, scheduler);
        }
    }

    /// <summary>A copy of what a next process would find: everything that was written, flushed or not, as if it were durable.</summary>
    public MemoryImage Snapshot()
    {
        lock (gate)
        {
            var image = new MemoryImage();
            foreach (var (path, inode) in names)
            {
                image.Files[path] = inode.Snapshot();
            }

            return image;
        }
    }

    internal long LengthOf(MemoryInode inode)
    {
        lock (gate)
        {
            return inode.Length;
        }
    }

    /// <summary>Runs a call with the fault that the plan has for it, now or later.</summary>
    internal ValueTask<T> RunAsync<T>(FileOperation operation, string path, long growthBytes, Func<T> effect, CancellationToken cancellationToken, Action? losePages = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int turns;
        lock (gate)
        {
            turns = scheduler is null ? 0 : plan.NextDelayTurns();
        }

        if (turns == 0)
        {
            return new ValueTask<T>(RunNow(operation, path, growthBytes, effect, losePages));
        }

        var delayed = new DelayedCall<T>(scheduler!, turns, () => RunNow(operation, path, growthBytes, effect, losePages));
        return new ValueTask<T>(delayed.Start());
    }

    private T RunNow<T>(FileOperation operation, string path, long growthBytes, Func<T> effect, Action? losePages)
    {
        lock (gate)
        {
            ThrowIfDead(operation, path);
            var fault = plan.Next(operation, path, ++operationCount);
            if (fault == FileFault.None && growthBytes > 0 && UsedBytes() + growthBytes > plan.CapacityBytes)
            {
                fault = FileFault.DiskFull;
            }

            if (fault == FileFault.PagesLost)
            {
                losePages?.Invoke();
                fault = FileFault.ErrorBefore;
            }

            if (fault is FileFault.ErrorBefore or FileFault.DiskFull)
            {
                const int noSpace = 28;
                throw LocalStorageErrors.Classify(
                    fault == FileFault.DiskFull ? new IOException("disk full", noSpace) : new IOException("injected error"), operation.ToString(), path);
            }

            var result = effect();
            if (fault == FileFault.ErrorAfter)
            {
                throw LocalStorageErrors.Classify(new IOException("injected error after success"), operation.ToString(), path);
            }

            isDead |= fault == FileFault.PowerLoss;
            ThrowIfDead(operation, path);
            return result;
        }
    }

    private void ThrowIfDead(FileOperation operation, string path)
    {
        if (isDead)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, $"{operation} of {path}: the power is gone.");
        }
    }

    private long UsedBytes()
    {
        var total = 0L;
        foreach (var inode in names.Values)
        {
            total += inode.Length;
        }

        return total;
    }
}
