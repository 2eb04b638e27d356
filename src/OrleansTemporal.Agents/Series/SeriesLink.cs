namespace OrleansTemporal.Series;

/// <summary>A stream that belongs to another.</summary>
public sealed record SeriesLink
{
    /// <summary>The stream.</summary>
    public required string Stream { get; init; }

    /// <summary>Its field that is added up with the other's; null for the field of the same name.</summary>
    public string? Field { get; init; }

    /// <summary>Nanoseconds by which it comes later than the other; negative when it comes before. It is moved back by that when both are added up.</summary>
    public long Lag { get; init; }
}
