namespace OrleansTemporal.Windows;

/// <summary>
/// Cuts time into slices that all windows of a kind are made of: each event is folded into one slice, and each window is a
/// row of slices (Krishnamurthy, Wu and Franklin, "On-the-fly sharing for streamed aggregation", SIGMOD 2006). Slices are
/// numbered in the order of time.
/// </summary>
public abstract class SliceClock
{
    /// <summary>The slice that an instant lies in.</summary>
    public abstract long IndexOf(long time);

    /// <summary>The first instant of a slice; saturates at the ends of time.</summary>
    public abstract long StartOf(long index);
}
