namespace OrleansTemporal.Kv;

/// <summary>Measures for how long a gate is held, one hold after the other. Under the gate.</summary>
internal sealed class HoldMeter(TimeProvider time)
{
    /// <summary>What the present thread has had so far; null where nobody asks.</summary>
    public Func<ThreadShare>? Share { get; set; }

    /// <summary>The longest hold, pauses of the collector taken off: they stop everybody anyway.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>All holds together, as <see cref="Longest"/> is measured.</summary>
    public TimeSpan Total { get; private set; }

    /// <summary>
    /// The longest hold, less what nobody here can help, by <see cref="Share"/>: while no other thread was put in the place of
    /// the holder, and it did not run either, the host had taken the processor away.
    /// </summary>
    public TimeSpan LongestOwn { get; private set; }

    /// <summary>The longest that a holder has had the processor under one hold, by <see cref="Share"/>.</summary>
    public TimeSpan LongestProcessor { get; private set; }

    public Hold Enter() => new(time.GetTimestamp(), GC.GetTotalPauseDuration(), Share?.Invoke() ?? default);

    public void Leave(in Hold hold)
    {
        var paused = GC.GetTotalPauseDuration() - hold.Paused;
        var held = time.GetElapsedTime(hold.Entered) - paused;
        Total += held;
        Longest = held > Longest ? held : Longest;
        if (Share?.Invoke() is not { } share)
        {
            return;
        }

        // A thread that collects does so for all of them, and is charged for it.
        var isCharged = paused != TimeSpan.Zero;
        var worked = share.Worked - hold.Share.Worked;
        var own = !isCharged && share.Switches == hold.Share.Switches ? worked : held;
        LongestOwn = own > LongestOwn ? own : LongestOwn;
        LongestProcessor = !isCharged && worked > LongestProcessor ? worked : LongestProcessor;
    }

    /// <summary>How it stood when the gate was entered.</summary>
    internal readonly record struct Hold(long Entered, TimeSpan Paused, ThreadShare Share);
}
