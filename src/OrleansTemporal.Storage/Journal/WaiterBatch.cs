namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// Some waiters of a group whose outcome is known, on their way to be told on a thread that is not the flusher's. What
/// they write next, on that thread, is flushed once for all of them when the last batch of the group is through: else the
/// first would start a flush of its own and leave the others to the next. Should one of them block, the flush interval ends
/// the wait of the others.
/// </summary>
internal sealed class WaiterBatch
{
    /// <summary>Fewer are not worth a second thread.</summary>
    private const int BatchMin = 4;

    /// <summary>Large enough that the post costs little for each, small enough that the last of a batch is not late.</summary>
    private const int BatchMax = 32;

    [ThreadStatic]
    private static WaiterBatch? current;

    private readonly Group group;
    private readonly DurableWaiter first;

    private WaiterBatch(Group group, DurableWaiter first)
    {
        this.group = group;
        this.first = first;
    }

    /// <summary>Tells all of a chain.</summary>
    public static void Post(SharedJournal journal, ref WaiterChain chain, Exception? failure)
    {
        if (chain.Count == 0)
        {
            return;
        }

        var scheduler = journal.Scheduler;
        var size = Math.Clamp((chain.Count + scheduler.Parallelism - 1) / scheduler.Parallelism, BatchMin, BatchMax);
        var group = new Group(journal, failure, (chain.Count + size - 1) / size);
        while (chain.Take(size) is { } first)
        {
            scheduler.Post(static state => ((WaiterBatch)state!).Run(), new WaiterBatch(group, first));
        }
    }

    /// <summary>True when this thread is telling waiters of a journal, which then flushes by itself what they staged.</summary>
    public static bool TakesOver(SharedJournal journal)
    {
        if (current is not { } batch || batch.group.Journal != journal)
        {
            return false;
        }

        batch.group.HasStaged = true;
        return true;
    }

    private void Run()
    {
        var outer = current;
        current = this;
        try
        {
            for (var waiter = first; waiter is not null;)
            {
                // Once told it may be in the pool, and its link another one.
                var next = waiter.Next;
                waiter.Complete(group.Failure);
                waiter = next;
            }
        }
        finally
        {
            current = outer;
            if (Interlocked.Decrement(ref group.Left) == 0 && group.HasStaged)
            {
                group.Journal.FlushHere();
            }
        }
    }

    private sealed class Group(SharedJournal journal, Exception? failure, int left)
    {
        public int Left = left;
        public volatile bool HasStaged;

        public SharedJournal Journal { get; } = journal;

        public Exception? Failure { get; } = failure;
    }
}
