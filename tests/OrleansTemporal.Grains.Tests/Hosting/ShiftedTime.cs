namespace OrleansTemporal.Grains.Tests.Hosting;

/// <summary>The machine's time, moved by as much as a test says; what has elapsed is not.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long shift;

    /// <summary>Moves the wall clock on.</summary>
    public void Shift(TimeSpan by) => Interlocked.Add(ref shift, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref shift));
}
