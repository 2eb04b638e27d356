namespace OrleansTemporal.Routing;

/// <summary>
/// Hours of every day by the clock on the wall of a zone: from the first hour inclusive to the last one exclusive, over
/// midnight when the first is the later one. An hour that a clock skips does not come, and one that it repeats comes twice.
/// </summary>
public sealed record TimeOfDay
{
    /// <summary>0 to 23.</summary>
    public required int StartHour { get; init; }

    /// <summary>0 to 24, another than <see cref="StartHour"/>.</summary>
    public required int EndHour { get; init; }

    /// <summary>IANA name of the zone, such as <c>Europe/Berlin</c>.</summary>
    public string Zone { get; init; } = "UTC";
}
