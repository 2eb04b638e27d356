namespace OrleansTemporal.Series;

/// <summary>The first and the last point of some.</summary>
internal readonly record struct SeriesEnds(long FirstTime, double First, long LastTime, double Last)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Change for each second between the two.</summary>
    public double RatePerSecond => (Last - First) / (((double)LastTime - FirstTime) / NanosecondsPerSecond);

    /// <summary>The ends of both.</summary>
    public SeriesEnds With(in SeriesEnds other)
    {
        var ends = this;
        if (other.FirstTime < FirstTime)
        {
            ends = ends with { FirstTime = other.FirstTime, First = other.First };
        }

        return other.LastTime > LastTime ? ends with { LastTime = other.LastTime, Last = other.Last } : ends;
    }
}
