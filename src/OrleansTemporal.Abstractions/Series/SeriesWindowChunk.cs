namespace OrleansTemporal.Series;

/// <summary>Windows of one series, for whoever adds up what several partitions have.</summary>
/// <param name="Series">Canonical text of the series.</param>
/// <param name="Step">Length of a window in nanoseconds.</param>
/// <param name="Rows">What their points came to, coded by columns (docs/formats/series-chunk.md).</param>
public sealed record SeriesWindowChunk(string Series, long Step, ReadOnlyMemory<byte> Rows);
