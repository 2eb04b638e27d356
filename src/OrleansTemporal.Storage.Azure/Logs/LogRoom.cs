using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Room for records over all logs of a process: how much may wait for the service, and how much may stand unsealed. Thread-safe.</summary>
internal sealed class LogRoom(IWorkScheduler scheduler, TimeProvider time, AzureLogOptions options)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> waiters = [];
    private long pending;
    private long unsealed;
    private bool isClosed;

    public long PendingBytes => Volatile.Read(ref pending);

    public long UnsealedBytes => Volatile.Read(ref unsealed);

    /// <summary>Takes room, waiting for it for a while.</summary>
    /// <exception cref="Errors.TemporalException">Throttled, <c>journal_full</c>.</exception>
    public ValueTask TakeAsync(LogShare share, int bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (gate)
        {
            if (waiters.Count == 0 && LimitReached(bytes) is null)
            {
                Take(share, bytes);
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(share, bytes);
            waiter.Node = waiters.AddLast(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void Release(LogShare share, int bytes)
    {
        lock (gate)
        {
            if (share.HasLeft)
            {
                return;
            }

            if (share.Count > 0)
            {
                share.Count--;
            }

            GiveBack(share, share.Count == 0 ? share.ReservedBytes : Math.Min(bytes, share.ReservedBytes));
            Grant();
        }
    }

    /// <summary>A record was staged: an average reservation is used up, since which one was for it is not known.</summary>
    public void Use(LogShare share, int recordBytes)
    {
        lock (gate)
        {
            if (share.Count > 0)
            {
                GiveBack(share, share.ReservedBytes / share.Count);
                share.Count--;
            }

            share.StagedBytes += recordBytes;
            pending += recordBytes;
            Grant();
        }
    }

    /// <summary>Staged records stand in the log now, in a block.</summary>
    public void Settle(LogShare share, long recordBytes, int blockBytes)
    {
        lock (gate)
        {
            share.StagedBytes -= recordBytes;
            pending -= recordBytes;
            share.UnsealedBytes += blockBytes;
            unsealed += blockBytes;
            Grant();
        }
    }

    /// <summary>What stands unsealed in a log is now this much.</summary>
    public void SetUnsealed(LogShare share, long bytes)
    {
        lock (gate)
        {
            unsealed += bytes - share.UnsealedBytes;
            share.UnsealedBytes = bytes;
            Grant();
        }
    }

    /// <summary>A log is dead: its share is free.</summary>
    public void Leave(LogShare share)
    {
        lock (gate)
        {
            pending -= share.ReservedBytes + share.StagedBytes;
            unsealed -= share.UnsealedBytes;
            (share.ReservedBytes, share.StagedBytes, share.UnsealedBytes, share.Count, share.HasLeft) = (0, 0, 0, 0, true);
            Grant();
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Grant();
        }
    }

    private void GiveBack(LogShare share, long bytes)
    {
        share.ReservedBytes -= bytes;
        pending -= bytes;
    }

    private void Take(LogShare share, int bytes)
    {
        if (share.HasLeft)
        {
            return;
        }

        share.ReservedBytes += bytes;
        share.Count++;
        pending += bytes;
    }

    // Something always fits when nothing else is under way.
    private (long Limit, string What)? LimitReached(int bytes)
    {
        if (pending > 0 && pending + bytes > options.StagedBytesMax)
        {
            return (options.StagedBytesMax, "what waits for the blob service");
        }

        return unsealed > 0 && unsealed + pending + bytes > options.LogBytesMax ? (options.LogBytesMax, "what is not sealed yet") : null;
    }

    private void Grant()
    {
        while (waiters.First is { } first && (isClosed || LimitReached(first.Value.Bytes) is null))
        {
            waiters.RemoveFirst();
            first.Value.Node = null;
            Take(first.Value.Share, first.Value.Bytes);
            scheduler.Post(static state => ((Waiter)state!).Tell(), first.Value);
        }
    }

    private async ValueTask WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using var timer = time.CreateTimer(state => GiveUp((Waiter)state!, null), waiter, options.ReserveWait, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await using var registration = cancellationToken.UnsafeRegister(
            state => GiveUp((Waiter)state!, new OperationCanceledException(cancellationToken)), waiter).ConfigureAwait(false);
        await waiter.Told.ConfigureAwait(false);
    }

    private void GiveUp(Waiter waiter, Exception? reason)
    {
        lock (gate)
        {
            if (waiter.Node is not { } node)
            {
                return;
            }

            var (limit, what) = LimitReached(waiter.Bytes) ?? (options.StagedBytesMax, "what waits for the blob service");
            waiter.Failure = reason ?? LogErrors.Full(limit, what);
            waiters.Remove(node);
            waiter.Node = null;
            Grant();
        }

        scheduler.Post(static state => ((Waiter)state!).Tell(), waiter);
    }

    private sealed class Waiter(LogShare share, int bytes)
    {
        private readonly TaskCompletionSource told = new();

        public LogShare Share { get; } = share;

        public int Bytes { get; } = bytes;

        public LinkedListNode<Waiter>? Node { get; set; }

        public Exception? Failure { get; set; }

        public Task Told => told.Task;

        public void Tell()
        {
            if (Failure is { } failure)
            {
                told.SetException(failure);
            }
            else
            {
                told.SetResult();
            }
        }
    }
}
