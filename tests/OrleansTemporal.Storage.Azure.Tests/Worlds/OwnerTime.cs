using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>Time as one process sees it: its wall clock may be off, and its timers fire in its own queue, so not while it stands still.</summary>
internal sealed class OwnerTime(ManualTime time, IWorkScheduler process, TimeSpan offset) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + offset;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(_ => process.Post(inner => callback(inner), state), null, dueTime, period);
}
