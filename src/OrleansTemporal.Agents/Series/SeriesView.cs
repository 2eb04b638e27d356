namespace OrleansTemporal.Series;

/// <summary>What memory had of a series at the moment of a read. Immutable.</summary>
/// <param name="Key">Which series.</param>
/// <param name="Ordinal">Its place among the series of the agent.</param>
/// <param name="Parts">Closed chunks.</param>
/// <param name="Times">Event times of the open points, as they came.</param>
/// <param name="Sequences">Their sequences.</param>
/// <param name="Values">Their values.</param>
/// <param name="Deletions">Deletions that concern the series, in the order of sequences.</param>
internal sealed record SeriesView(
    SeriesKey Key, int Ordinal, SeriesPart[] Parts, long[] Times, long[] Sequences, double[] Values, SeriesDeletion[] Deletions)
{
    /// <summary>What policy has left of its partition, where that is not what the moment says.</summary>
    public SeriesKept? Kept { get; init; }

    /// <summary>Versions of points in it, and windows.</summary>
    public long Count => Parts.Sum(static part => (long)part.Count) + Times.Length;
}
