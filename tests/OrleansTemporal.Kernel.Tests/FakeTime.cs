namespace OrleansTemporal.Kernel.Tests;

/// <summary>Wall time that a test sets.</summary>
internal sealed class FakeTime(DateTimeOffset now) : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
