namespace OrleansTemporal.Lifecycle;

/// <summary>Ages by system time, contiguous: hot up to the first, warm up to the second, cold up to the third, deep beyond.</summary>
public sealed record LifecycleTiers
{
    /// <summary>Older deltas are sealed: they leave the log for a segment.</summary>
    public TimeSpan Hot { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Older segments are packed for the cold tier.</summary>
    public TimeSpan Warm { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Older segments are packed for the deep tier.</summary>
    public TimeSpan Cold { get; init; } = TimeSpan.FromDays(30);
}
