using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>Waiters for reuse. Taken under the journal's gate by one thread at a time, put back by any thread without it.</summary>
internal sealed class WaiterPool(IWorkScheduler scheduler)
{
    private const int KeptMax = 4096;

    private DurableWaiter? head;
    private int kept;

    public DurableWaiter Take()
    {
        // Only one thread takes at a time, so the head that was read can't leave and come back in between.
        DurableWaiter? waiter;
        do
        {
            waiter = Volatile.Read(ref head);
        }
        while (waiter is not null && Interlocked.CompareExchange(ref head, waiter.Next, waiter) != waiter);

        if (waiter is null)
        {
            waiter = new DurableWaiter(this, scheduler);
        }
        else
        {
            Interlocked.Decrement(ref kept);
        }

        waiter.Prepare();
        return waiter;
    }

    public void Return(DurableWaiter waiter)
    {
        if (Interlocked.Increment(ref kept) > KeptMax)
        {
            Interlocked.Decrement(ref kept);
            return;
        }

        DurableWaiter? first;
        do
        {
            first = Volatile.Read(ref head);
            waiter.Next = first;
        }
        while (Interlocked.CompareExchange(ref head, waiter, first) != first);
    }
}
