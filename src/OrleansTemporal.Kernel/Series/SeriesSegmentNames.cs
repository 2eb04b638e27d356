namespace OrleansTemporal.Series;

/// <summary>What a segment says of series, beside their chunks.</summary>
/// <param name="Series">Series that its deltas name first, and the delta of each.</param>
/// <param name="Deletions">Its deletions, with their payloads (<see cref="SeriesDeletionPayload"/>).</param>
/// <param name="Keeps">Its deltas that say what is kept, with their payloads (<see cref="SeriesKeepPayload"/>), which name no deltas that went.</param>
public sealed record SeriesSegmentNames(
    List<(string Text, long FirstSequence)> Series, List<(long Sequence, byte[] Payload)> Deletions, List<(long Sequence, byte[] Payload)> Keeps)
{
    /// <summary>Names and deletions alone.</summary>
    public void Deconstruct(out List<(string Text, long FirstSequence)> series, out List<(long Sequence, byte[] Payload)> deletions) => (series, deletions) = (Series, Deletions);
}
