namespace OrleansTemporal.Series;

/// <summary>A closed chunk of a series and what is known of it without decoding. Immutable.</summary>
/// <param name="Bytes">The chunk.</param>
/// <param name="Count">Versions of points in it.</param>
/// <param name="Span">Event times and sequences that it covers.</param>
/// <param name="HasRepeats">True when an event time is there more than once.</param>
/// <param name="Summary">Of its points, the newest version of each.</param>
internal sealed record SeriesPart(byte[] Bytes, int Count, SeriesSpan Span, bool HasRepeats, ChunkSummary Summary);
