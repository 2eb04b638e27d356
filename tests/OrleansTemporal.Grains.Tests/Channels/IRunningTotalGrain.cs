using OrleansTemporal.Channels;

namespace OrleansTemporal.Grains.Tests.Channels;

/// <summary>Keeps the sum of all amounts that a channel tells of.</summary>
[Alias("test.running-total")]
public interface IRunningTotalGrain : ISubscriberGrain
{
    /// <summary>The total so far.</summary>
    [Alias("get")]
    Task<decimal> GetAsync();

    /// <summary>Deltas that came twice or out of order.</summary>
    [Alias("disorder")]
    Task<int> GetDisorderAsync();

    /// <summary>Has its activation go; the next call or notice makes another one.</summary>
    [Alias("leave")]
    Task LeaveAsync();
}
