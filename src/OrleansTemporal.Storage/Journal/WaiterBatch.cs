using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>Some waiters whose outcome is known, on their way to be told on a thread that is not the flusher's.</summary>
internal sealed class WaiterBatch
{
    /// <summary>Large enough that the post costs little per waiter, small enough that the last of a batch is not late.</summary>
    private const int BatchMax = 32;

    private readonly DurableWaiter first;
    private readonly Exception? failure;

    private WaiterBatch(DurableWaiter first, Exception? failure)
    {
        this.first = first;
        this.failure = failure;
    }

    /// <summary>Tells all of a chain.</summary>
    public static void Post(IWorkScheduler scheduler, ref WaiterChain chain, Exception? failure)
    {
        while (chain.Take(BatchMax) is { } first)
        {
            scheduler.Post(static state => ((WaiterBatch)state!).Run(), new WaiterBatch(first, failure));
        }
    }

    private void Run()
    {
        for (var waiter = first; waiter is not null;)
        {
            // Once told it may be in the pool, and its link another one.
            var next = waiter.Next;
            waiter.Complete(failure);
            waiter = next;
        }
    }
}
