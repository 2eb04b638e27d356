namespace OrleansTemporal.Storage.Journal;

/// <content>Room for records: how much may wait for the disk, and how much may stand on it.</content>
public sealed partial class SharedJournal
{
    private readonly LinkedList<RoomWaiter> roomWaiters = [];
    private long reservedBytes;

    internal ValueTask ReserveAsync(JournalAgentLog log, int bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        RoomWaiter waiter;
        lock (gate)
        {
            if (WriteRefusal() is { } refusal)
            {
                return ValueTask.FromException(refusal);
            }

            if (log.Fault is { } reason)
            {
                return ValueTask.FromException(JournalErrors.Dead(reason));
            }

            if (roomWaiters.Count == 0 && LimitReached(bytes) is null)
            {
                TakeRoom(log, bytes);
                return ValueTask.CompletedTask;
            }

            waiter = new RoomWaiter(log, bytes);
            waiter.Node = roomWaiters.AddLast(waiter);
        }

        return WaitForRoomAsync(waiter, cancellationToken);
    }

    internal void Release(JournalAgentLog log, int bytes)
    {
        lock (gate)
        {
            if (log.ReservedCount > 0)
            {
                log.ReservedCount--;
            }

            GiveBack(log, log.ReservedCount == 0 ? log.ReservedBytes : Math.Min(bytes, log.ReservedBytes));
            GrantRoom();
        }
    }

    // What was reserved is an estimate, and which estimate belongs to this record is not known: an average one is used up.
    private void UseReservation(JournalAgentLog log)
    {
        if (log.ReservedCount > 0)
        {
            GiveBack(log, log.ReservedBytes / log.ReservedCount);
            log.ReservedCount--;
        }
    }

    private void GiveBack(JournalAgentLog log, long bytes)
    {
        log.ReservedBytes -= bytes;
        reservedBytes -= bytes;
    }

    private void TakeRoom(JournalAgentLog log, int bytes)
    {
        log.ReservedBytes += bytes;
        log.ReservedCount++;
        reservedBytes += bytes;
    }

    /// <summary>The limit in the way of so many bytes, or null. Something always fits when nothing else is under way.</summary>
    private (long Limit, string What)? LimitReached(int bytes)
    {
        var pending = reservedBytes + staging.RecordBytes + (inFlight?.RecordBytes ?? 0);
        if (pending > 0 && pending + bytes > options.StagedBytesMax)
        {
            return (options.StagedBytesMax, "what waits for the disk");
        }

        return usedBytes + pending + bytes > options.JournalBytesMax && journalFiles.Count > 1
            ? (options.JournalBytesMax, "what is not sealed yet")
            : null;
    }

    /// <summary>Lets in those who have waited longest, as far as there is room. Called under the gate.</summary>
    private void GrantRoom()
    {
        while (roomWaiters.First is { } first && LimitReached(first.Value.Bytes) is null)
        {
            var waiter = first.Value;
            roomWaiters.RemoveFirst();
            waiter.Node = null;
            TakeRoom(waiter.Log, waiter.Bytes);
            scheduler.Post(static state => ((RoomWaiter)state!).Grant(), waiter);
        }
    }

    private void RefuseRoom()
    {
        while (roomWaiters.First is { } first)
        {
            roomWaiters.RemoveFirst();
            first.Value.Node = null;
            first.Value.Failure = WriteRefusal();
            scheduler.Post(static state => ((RoomWaiter)state!).Grant(), first.Value);
        }
    }

    private async ValueTask WaitForRoomAsync(RoomWaiter waiter, CancellationToken cancellationToken)
    {
        await using var timer = time.CreateTimer(state => GiveUp((RoomWaiter)state!, null), waiter, options.ReserveWait, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await using var registration = cancellationToken.UnsafeRegister(
            state => GiveUp((RoomWaiter)state!, new OperationCanceledException(cancellationToken)), waiter).ConfigureAwait(false);
        await waiter.Task.ConfigureAwait(false);
    }

    private void GiveUp(RoomWaiter waiter, Exception? reason)
    {
        lock (gate)
        {
            if (waiter.Node is not { } node)
            {
                return;
            }

            var (limit, what) = LimitReached(waiter.Bytes) ?? (options.StagedBytesMax, "what waits for the disk");
            waiter.Failure = reason ?? JournalErrors.Full(limit, what);
            roomWaiters.Remove(node);
            waiter.Node = null;
            GrantRoom();
        }

        scheduler.Post(static state => ((RoomWaiter)state!).Grant(), waiter);
    }

    private sealed class RoomWaiter(JournalAgentLog log, int bytes)
    {
        private readonly TaskCompletionSource completion = new();

        public JournalAgentLog Log { get; } = log;

        public int Bytes { get; } = bytes;

        public LinkedListNode<RoomWaiter>? Node { get; set; }

        public Exception? Failure { get; set; }

        public Task Task => completion.Task;

        public void Grant()
        {
            if (Failure is { } failure)
            {
                completion.SetException(failure);
            }
            else
            {
                completion.SetResult();
            }
        }
    }
}
