namespace OrleansTemporal.Series;

/// <summary>One point.</summary>
/// <param name="Series">Canonical text of its series (<see cref="SeriesKey"/>).</param>
/// <param name="Time">Event time in nanoseconds.</param>
/// <param name="Value">Its value.</param>
public readonly record struct SeriesPoint(string Series, long Time, double Value) : IComparable<SeriesPoint>
{
    /// <summary>By event time, then by the series' texts: the order of every answer.</summary>
    public int CompareTo(SeriesPoint other) => Time != other.Time ? Time.CompareTo(other.Time) : string.CompareOrdinal(Series, other.Series);

    /// <summary>Whether one comes before the other.</summary>
    public static bool operator <(SeriesPoint left, SeriesPoint right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(SeriesPoint left, SeriesPoint right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(SeriesPoint left, SeriesPoint right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(SeriesPoint left, SeriesPoint right) => left.CompareTo(right) >= 0;
}
