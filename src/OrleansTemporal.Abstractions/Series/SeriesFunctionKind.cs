namespace OrleansTemporal.Series;

/// <summary>What is computed of the points of a window.</summary>
public enum SeriesFunctionKind : byte
{
    /// <summary>How many there are.</summary>
    Count = 1,

    /// <summary>Their sum, within 1e-12 of the sum of absolute values.</summary>
    Sum = 2,

    /// <summary>The sum over the count.</summary>
    Avg = 3,

    /// <summary>The least.</summary>
    Min = 4,

    /// <summary>The greatest.</summary>
    Max = 5,

    /// <summary>The value at the earliest event time; of several series, of the first in the order of texts.</summary>
    First = 6,

    /// <summary>The value at the latest event time; of several series, of the last in the order of texts.</summary>
    Last = 7,

    /// <summary>Standard deviation of a sample (divided by n − 1); none of a single point.</summary>
    StdDev = 8,

    /// <summary>Change for each second, (last − first) / (time of last − time of first), added up over the series; none without two points of a series.</summary>
    Rate = 9,

    /// <summary>The value of nearest rank: the least that at least that share of the points is not above.</summary>
    Percentile = 10,
}
