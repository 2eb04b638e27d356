namespace OrleansTemporal.Testing;

/// <summary>
/// Time that stands still until a test moves it. Wall time and elapsed time are apart, as on a real machine: setting the
/// clock back does not undo what has elapsed. Timers fire on the thread that moves time, in the order in which they are due.
/// </summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset wall = start;
    private long elapsed;

    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return wall;
        }
    }

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return elapsed;
        }
    }

    /// <summary>Lets time pass, and fires what falls due meanwhile.</summary>
    public void Advance(TimeSpan span)
    {
        long goal;
        lock (gate)
        {
            goal = elapsed + span.Ticks;
        }

        while (true)
        {
            ManualTimer? due;
            lock (gate)
            {
                due = timers.Where(timer => timer.DueAt <= goal).MinBy(static timer => timer.DueAt);
                var reached = due?.DueAt ?? goal;
                wall += TimeSpan.FromTicks(Math.Max(0, reached - elapsed));
                elapsed = Math.Max(elapsed, reached);
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Sets the wall clock, forth or back; nothing elapses.</summary>
    public void Set(DateTimeOffset instant)
    {
        lock (gate)
        {
            wall = instant;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public long DueAt { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                period = newPeriod;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time.elapsed + dueTime.Ticks;
                if (DueAt != long.MaxValue)
                {
                    time.timers.Add(this);
                }
            }

            return true;
        }

        public void Fire()
        {
            lock (time.gate)
            {
                DueAt = period > TimeSpan.Zero ? DueAt + period.Ticks : long.MaxValue;
                if (DueAt == long.MaxValue)
                {
                    time.timers.Remove(this);
                }
            }

            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
