namespace OrleansTemporal.Windows;

/// <summary>
/// Which windows are asked for. Times are nanoseconds. Windows are half open: the start belongs to one, the end does not;
/// one without events is not answered.
/// </summary>
public sealed record WindowSpec
{
    /// <summary>One window over everything.</summary>
    public static WindowSpec Whole { get; } = new();

    /// <summary>How events are gathered.</summary>
    public WindowKind Kind { get; init; }

    /// <summary>Length of a tumbling or sliding window, and the longest of an adaptive one.</summary>
    public long Size { get; init; }

    /// <summary>From the start of a sliding window to the start of the next.</summary>
    public long Slide { get; init; }

    /// <summary>A session is over when so long after its newest event there was none.</summary>
    public long Gap { get; init; }

    /// <summary>Events that close a count or an adaptive window; 0 for none.</summary>
    public long Count { get; init; }

    /// <summary>Sum of absolute values that closes an adaptive window; 0 for none.</summary>
    public double Magnitude { get; init; }

    /// <summary>IANA name of the time zone whose midnights whole days begin with; null for UTC.</summary>
    public string? TimeZone { get; init; }
}
