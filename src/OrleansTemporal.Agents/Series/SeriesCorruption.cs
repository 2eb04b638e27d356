using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Series;

/// <summary>What is wrong with the chunks of a segment.</summary>
internal static class SeriesCorruption
{
    public static TemporalException Of(SegmentRef segment, string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{segment.Agent}: segment {segment.FirstSequence} to {segment.LastSequence} {problem}.");
}
