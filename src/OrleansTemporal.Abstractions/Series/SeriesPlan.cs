namespace OrleansTemporal.Series;

/// <summary>How an aggregation was computed.</summary>
/// <param name="Series">Series that were looked at.</param>
/// <param name="ChunksSummed">Chunks that their summary stood for.</param>
/// <param name="ChunksRolledUp">Chunks that summaries by minute, hour or day stood for.</param>
/// <param name="ChunksDecoded">Chunks whose points were looked at, because a window or a bound cuts them, points were written again or deleted, or a function needs every value.</param>
/// <param name="PointsRead">Points that were looked at one by one.</param>
public sealed record SeriesPlan(int Series, int ChunksSummed, int ChunksRolledUp, int ChunksDecoded, long PointsRead);
