namespace OrleansTemporal.Series;

/// <summary>What the chunks of a generation have to be written.</summary>
/// <param name="FirstOrdinal">The first series that its deltas name.</param>
/// <param name="EndOrdinal">Behind the last of them.</param>
internal sealed record SeriesCut(int FirstOrdinal, int EndOrdinal);
