namespace OrleansTemporal.Routing;

/// <summary>
/// What a priority means for who delivers: critical until it succeeds, high five times more, normal three times more, low
/// not again; none longer than the delta's time to live.
/// </summary>
public static class RetryTable
{
    /// <summary>The longest that a retry waits.</summary>
    public static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(1);

    /// <summary>The row of a priority.</summary>
    /// <param name="priority">Of the delta.</param>
    /// <param name="timeToLive">Of the delta; null for ever.</param>
    public static DeliveryRetry Of(RoutingPriority priority, TimeSpan? timeToLive = null) => priority switch
    {
        RoutingPriority.Critical => new(priority, null, TimeSpan.FromMilliseconds(100), timeToLive),
        RoutingPriority.High => new(priority, 5, TimeSpan.FromMilliseconds(250), timeToLive),
        RoutingPriority.Normal => new(priority, 3, TimeSpan.FromSeconds(1), timeToLive),
        RoutingPriority.Low => new(priority, 0, TimeSpan.FromSeconds(5), timeToLive),
        _ => throw new ArgumentOutOfRangeException(nameof(priority)),
    };

    /// <summary>How long to wait before the next try; null when there is none.</summary>
    /// <param name="retry">The row.</param>
    /// <param name="failures">Tries that have failed, at least 1.</param>
    /// <param name="age">Time since the delta's system time.</param>
    public static TimeSpan? DelayBefore(DeliveryRetry retry, int failures, TimeSpan age)
    {
        ArgumentNullException.ThrowIfNull(retry);
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        if (retry.RetriesMax is { } most && failures > most)
        {
            return null;
        }

        var delay = TimeSpan.FromTicks(Math.Min(DelayMax.Ticks, retry.DelayMin.Ticks << Math.Min(failures - 1, 20)));
        return retry.Timeout is { } timeout && age + delay > timeout ? null : delay;
    }
}
