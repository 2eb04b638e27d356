namespace OrleansTemporal.Series;

/// <summary>Counts what an aggregation does.</summary>
internal sealed class SeriesTally
{
    /// <summary>Chunks that their summary stood for.</summary>
    public int ChunksSummed { get; set; }

    /// <summary>Chunks that their slices stood for.</summary>
    public int ChunksRolledUp { get; set; }

    /// <summary>Chunks that were decoded, the open points of a series counting as one.</summary>
    public int ChunksDecoded { get; set; }

    /// <summary>Points that were looked at.</summary>
    public long PointsRead { get; set; }

    /// <summary>As it is answered.</summary>
    public SeriesPlan ToPlan(int series) => new(series, ChunksSummed, ChunksRolledUp, ChunksDecoded, PointsRead);
}
