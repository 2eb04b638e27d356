namespace OrleansTemporal.Kernel.Tests.Subscriptions;

/// <summary>A queue as one would explain it: a row for each delta, looked through from the front each time.</summary>
internal sealed class QueueOracle(int count, int maxTries, Func<int, bool> passes)
{
    private readonly Row[] rows = [.. Enumerable.Range(1, count).Select(number => new Row { Number = number, IsPassedOver = !passes(number) })];
    private int lease;

    public int Received { get; private set; }

    public int Acknowledged { get; private set; }

    public List<int> Dead { get; } = [];

    public int Pending => rows.Count(static row => row.Lease is not null);

    /// <summary>Everything up to here is done.</summary>
    public int DoneThrough => rows.TakeWhile(static row => row.IsDone).Count();

    /// <summary>Hands out up to so many, until a time; their numbers.</summary>
    public List<int> Deliver(int most, long until)
    {
        // In order: behind everything that is out already.
        var from = rows.Where(static row => row.Lease is not null).Select(static row => row.Number).DefaultIfEmpty(0).Max();
        var ready = rows.Where(row => row.Number > from && !row.IsPassedOver && !row.IsDone).ToList();
        if (maxTries > 1 && ready.FirstOrDefault() is { } first && first.Tries == maxTries - 1)
        {
            most = 1;
        }

        lease++;
        foreach (var row in ready.Take(most))
        {
            (row.Lease, row.Until) = (lease, until);
            row.Tries++;
            Received++;
        }

        return [.. ready.Take(most).Select(static row => row.Number)];
    }

    public void Acknowledge(int through)
    {
        foreach (var row in rows.Where(row => row.Number <= through && !row.IsDone))
        {
            // Who acknowledges what came back before acknowledges all the same.
            Acknowledged += row.Tries > 0 && !row.IsPassedOver ? 1 : 0;
            (row.IsDone, row.Lease) = (true, null);
        }

        Settle();
    }

    /// <summary>Up to which number leases have ended; 0 for none.</summary>
    public int ExpiredThrough(long now) => rows.Where(row => row.Lease is not null && row.Until <= now).Select(static row => row.Number).DefaultIfEmpty(0).Max();

    public void Return(int failedThrough)
    {
        foreach (var row in rows.Where(static row => row.Lease is not null))
        {
            row.Lease = null;
            if (row.Number > failedThrough)
            {
                row.Tries--;
            }
            else if (row.Tries >= maxTries)
            {
                row.IsDone = true;
                Dead.Add(row.Number);
            }
        }

        Settle();
    }

    // What nobody has to acknowledge is done once everything before it is.
    private void Settle()
    {
        foreach (var row in rows.TakeWhile(static row => row.IsDone || row.IsPassedOver))
        {
            row.IsDone = true;
        }
    }

    private sealed class Row
    {
        public required int Number { get; init; }

        public required bool IsPassedOver { get; init; }

        public bool IsDone { get; set; }

        public int? Lease { get; set; }

        public long Until { get; set; }

        public int Tries { get; set; }
    }
}
