namespace OrleansTemporal.Series;

/// <summary>Points that fill a chunk and wait to be encoded outside of the gate. Whoever encodes them gives the arrays back to the pool.</summary>
internal sealed record SeriesClosing(SeriesMemory Memory, long[] Times, long[] Sequences, double[] Values, int Count)
{
    /// <summary>Bytes of memory that they take.</summary>
    public const long BytesPerPoint = 24;

    /// <summary>The chunk.</summary>
    public SeriesPart Encode() => SeriesChunkMaker.MakeOfArrivals(Memory.Ordinal, Times.AsSpan(0, Count), Sequences.AsSpan(0, Count), Values.AsSpan(0, Count));
}
