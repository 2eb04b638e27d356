namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// Some waiters of a group whose outcome is known, on their way to be told on a thread that is not the flusher's. What
/// they write next, on that thread, is left to the journal to flush when the batch is through: else the first would start
/// a flush of its own and leave the others to the next. Should one of them block, the flush interval ends the wait of the
/// others.
/// </summary>
internal sealed class WaiterBatch
{
    /// <summary>Fewer are not worth a second thread.</summary>
    private const int BatchMin = 4;

    /// <summary>Large enough that the post costs little for each, small enough that no processor is idle while another has a long batch.</summary>
    private const int BatchMax = 8;

    [ThreadStatic]
    private static SharedJournal? telling;

    private readonly SharedJournal journal;
    private readonly Exception? failure;
    private readonly DurableWaiter first;
    private readonly int count;

    private WaiterBatch(SharedJournal journal, Exception? failure, DurableWaiter first, int count)
    {
        this.journal = journal;
        this.failure = failure;
        this.first = first;
        this.count = count;
    }

    /// <summary>Tells all of a chain.</summary>
    public static void Post(SharedJournal journal, ref WaiterChain chain, Exception? failure)
    {
        if (chain.Count == 0)
        {
            return;
        }

        journal.OnTelling(chain.Count);
        var scheduler = journal.Scheduler;
        var size = Math.Clamp((chain.Count + scheduler.Parallelism - 1) / scheduler.Parallelism, BatchMin, BatchMax);
        while (chain.Count > 0)
        {
            var count = Math.Min(size, chain.Count);
            var first = chain.Take(count)!;
            scheduler.Post(static state => ((WaiterBatch)state!).Run(), new WaiterBatch(journal, failure, first, count));
        }
    }

    /// <summary>True when this thread is telling waiters of a journal, which then looks by itself whether what they staged is due.</summary>
    public static bool IsTelling(SharedJournal journal) => telling == journal;

    private void Run()
    {
        var outer = telling;
        telling = journal;
        try
        {
            for (var waiter = first; waiter is not null;)
            {
                // Once told it may be in the pool, and its link another one.
                var next = waiter.Next;
                waiter.Complete(failure);
                waiter = next;
            }
        }
        finally
        {
            telling = outer;
            journal.OnTold(count);
        }
    }
}
