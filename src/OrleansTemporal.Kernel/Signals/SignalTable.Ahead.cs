using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <content>Events whose time is yet to come. They are counted when it has come, or added by who reads before they were.</content>
public sealed partial class SignalTable
{
    private const int AheadBytes = 96;

    private readonly Dictionary<int, List<Ahead>> ahead = [];
    private PriorityQueue<(int Entity, int State), (long Time, long Ordinal)>? due = new();
    private long aheadOrdinal;

    /// <summary>Events that wait, those that have become due since the last <see cref="Advance"/> included.</summary>
    public int AheadCount { get; private set; }

    /// <summary>Events that wait for a time after a moment. Cost: in proportion to the states that have some.</summary>
    public int AheadOf(EventTime now)
    {
        var count = 0;
        foreach (var waiting in ahead.Values)
        {
            count += waiting.Count - DueIn(waiting, now);
        }

        return count;
    }

    /// <summary>Counts what has become due. Called with the time of every delta, so that replay does the same.</summary>
    public void Advance(EventTime now)
    {
        var queue = due ??= QueueAgain();
        while (queue.TryPeek(out var first, out var when) && when.Time <= now.Nanoseconds)
        {
            queue.Dequeue();
            if (ahead.TryGetValue(first.State, out var waiting) && DueIn(waiting, now) is var count and > 0)
            {
                Touch(first.Entity);
                CountDue(first.State, waiting, count);
            }
        }
    }

    // All that are due of one state at once; the queue names each, and finds the others gone.
    private void CountDue(int index, List<Ahead> waiting, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Count(waiting[i].Entity, ref states[index], waiting[i].Weight, waiting[i].Time);
        }

        waiting.RemoveRange(0, count);
        AheadCount -= count;
        if (waiting.Count == 0)
        {
            ahead.Remove(index);
            states[index].Flags &= ~SignalFlags.HasAhead;
        }
    }

    private void LayAside(int entity, int index, double weight, EventTime time)
    {
        if (!ahead.TryGetValue(index, out var waiting))
        {
            ahead[index] = waiting = [];
            states[index].Flags |= SignalFlags.HasAhead;
        }

        var at = waiting.Count;
        while (at > 0 && waiting[at - 1].Time > time.Nanoseconds)
        {
            at--;
        }

        AheadCount++;
        waiting.Insert(at, new Ahead(entity, time.Nanoseconds, weight));
        due?.Enqueue((entity, index), (time.Nanoseconds, aheadOrdinal++));
    }

    // After a restore: those of one state stand in order, and states do not care about each other's order.
    private PriorityQueue<(int Entity, int State), (long Time, long Ordinal)> QueueAgain()
    {
        var queue = new PriorityQueue<(int Entity, int State), (long Time, long Ordinal)>();
        foreach (var (index, waiting) in ahead)
        {
            foreach (var one in waiting)
            {
                queue.Enqueue((one.Entity, index), (one.Time, aheadOrdinal++));
            }
        }

        return queue;
    }

    private static int DueIn(List<Ahead> waiting, EventTime at)
    {
        var count = 0;
        while (count < waiting.Count && waiting[count].Time <= at.Nanoseconds)
        {
            count++;
        }

        return count;
    }

    private double DueOf(int index, in HalfLife halfLife, EventTime at)
    {
        var waiting = ahead[index];
        var sum = 0.0;
        for (var i = DueIn(waiting, at) - 1; i >= 0; i--)
        {
            sum += waiting[i].Weight * halfLife.Share(HalfLife.Between(waiting[i].Time, at.Nanoseconds));
        }

        return sum;
    }

    private SignalTotals AddDue(int index, SignalTotals totals, EventTime at, ReadOnlySpan<SignalWindow> windows, Span<SignalCount> counts)
    {
        var waiting = ahead[index];
        for (var i = DueIn(waiting, at) - 1; i >= 0; i--)
        {
            var (_, time, weight) = waiting[i];
            var newest = totals.Newest is { } known && known.Nanoseconds > time ? known : new EventTime(time);
            totals = new SignalTotals(totals.Count + 1, totals.Sum + weight, newest);
            for (var j = 0; j < windows.Length; j++)
            {
                var slot = windows[j].IsHours ? SignalWindow.HourOf(time) : SignalWindow.MinuteOf(time);
                if (slot >= windows[j].FirstSlot(at))
                {
                    counts[j] = new SignalCount(counts[j].Events + 1, counts[j].Sum + weight);
                }
            }
        }

        return totals;
    }

    private readonly record struct Ahead(int Entity, long Time, double Weight);
}
