using System.Buffers;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Channels;

/// <summary>What a segment of a channel holds beside its deltas: a <see cref="ChannelCheckpoint"/>; nothing when an earlier release wrote it.</summary>
internal sealed class ChannelSegmentFacet : ISegmentFacet
{
    public static ChannelSegmentFacet Instance { get; } = new();

    public ReadOnlyMemory<byte> MergeFacets(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        // What stands before a part without a checkpoint would be behind a gap.
        var known = parts.Reverse().TakeWhile(static part => !part.IsEmpty).Reverse().Select(static part => Read(part.Span)).ToList();
        if (known.Count == 0)
        {
            return default;
        }

        var merged = new ArrayBufferWriter<byte>();
        ChannelCheckpoint.Join(known).Write(merged);
        return merged.WrittenMemory;
    }

    public ReadOnlyMemory<byte> MergeZones(IReadOnlyList<ReadOnlyMemory<byte>> zones) => default;

    /// <exception cref="TemporalException">Corrupt, when it is none.</exception>
    public static ChannelCheckpoint Read(ReadOnlySpan<byte> facet)
    {
        try
        {
            return ChannelCheckpoint.Read(facet);
        }
        catch (FormatException malformed)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"A checkpoint of a channel does not parse: {malformed.Message}", malformed);
        }
    }
}
