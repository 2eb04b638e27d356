namespace OrleansTemporal.Windows;

/// <summary>
/// When a window that takes events in the order of time is over: with the first of three bounds that is reached. 0 for a bound
/// that there is not.
/// </summary>
/// <param name="Length">From its first event, in the unit of the times; an event at the end begins another window.</param>
/// <param name="Count">Events, the last of which ends it.</param>
/// <param name="Weight">Sum of what the events weigh; the one that reaches it ends it.</param>
public readonly record struct WindowBounds(long Length, long Count, double Weight)
{
    /// <summary>Whether a window is over before an event. A time before the start is inside.</summary>
    public bool IsOverBefore(long start, long time) => Length > 0 && time >= After(start, Length);

    /// <summary>Whether a window is over by what it holds.</summary>
    public bool IsFull(long count, double weight) => (Count > 0 && count >= Count) || (Weight > 0 && weight >= Weight);

    /// <summary>An instant later, at most the last one that there is.</summary>
    public static long After(long time, long length) => (long)Int128.Min((Int128)time + length, long.MaxValue);
}
