namespace OrleansTemporal.Series;

/// <summary>What has to be kept of points for the functions that were asked for, beside counts and ends.</summary>
[Flags]
public enum SeriesNeeds
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>Deviations.</summary>
    Moments = 1,

    /// <summary>The ends of each series.</summary>
    Rate = 2,

    /// <summary>Values, or a sketch of them.</summary>
    Quantiles = 4,

    /// <summary>The least and the greatest.</summary>
    Extremes = 8,

    /// <summary>Sums.</summary>
    Sums = 16,
}
