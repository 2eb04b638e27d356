using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Settings of one stream, kept in the catalog.</summary>
public sealed record SeriesSettings
{
    /// <summary>Partitions that the series are spread over; fixed when the stream is made.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Whether writes answer when durable, or as soon as they are staged.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>Streams that belong to it.</summary>
    public System.Collections.Immutable.ImmutableArray<SeriesLink> Links { get; init; } = [];
}
