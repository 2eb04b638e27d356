namespace OrleansTemporal.Storage.Azure.Tests.Hosting;

/// <summary>The time of the system, so much later.</summary>
internal sealed class LaterTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
