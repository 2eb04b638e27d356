namespace OrleansTemporal.Lifecycle;

/// <summary>A coarser resolution, and from when on it is enough: by age and period, or by number of steps.</summary>
public sealed record DownsampleLevel
{
    /// <summary>What is older than this is kept at the resolution; zero when the level is by number.</summary>
    public TimeSpan After { get; init; }

    /// <summary>The last of each period is kept, periods counting from the Unix epoch; zero when the level is by number.</summary>
    public TimeSpan To { get; init; }

    /// <summary>What so many newer ones follow is kept at the resolution; 0 when the level is by age.</summary>
    public long AfterLast { get; init; }

    /// <summary>The last of so many is kept; 0 when the level is by age.</summary>
    public long Every { get; init; }
}
