namespace OrleansTemporal.Storage.Journal;

/// <summary>Those who wait for one group, in the order in which they came.</summary>
internal struct WaiterChain
{
    private DurableWaiter? tail;

    public DurableWaiter? Head { get; private set; }

    public int Count { get; private set; }

    public void Add(DurableWaiter waiter)
    {
        waiter.Next = null;
        if (tail is null)
        {
            Head = waiter;
        }
        else
        {
            tail.Next = waiter;
        }

        tail = waiter;
        Count++;
    }

    /// <summary>Cuts off the first waiters.</summary>
    public DurableWaiter? Take(int count)
    {
        var first = Head;
        if (first is null || count >= Count)
        {
            this = default;
            return first;
        }

        var last = first;
        for (var i = 1; i < count; i++)
        {
            last = last!.Next;
        }

        Head = last!.Next;
        last.Next = null;
        Count -= count;
        return first;
    }
}
