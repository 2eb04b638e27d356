using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// What the chronicle's part of a segment has, and where (docs/formats/series-segment.md). It stands at the part's end,
/// before a trailer, so that it is found by one read.
/// </summary>
public sealed record SeriesSegmentHead
{
    /// <summary>Bytes of the trailer.</summary>
    public const int TrailerBytes = 20;

    private const uint Magic = 0x5373_544F;
    private const byte Version = 1;

    // With windows in place of points, or deltas that say what is kept; releases before know neither.
    private const byte ThinnedVersion = 2;

    /// <summary>The first delta whose points are in the chunks; later than the segment's first where that is of a release without them.</summary>
    public required long CoveredFrom { get; init; }

    /// <summary>Ordinal of the first series that is named here.</summary>
    public required int FirstOrdinal { get; init; }

    /// <summary>Series that the covered deltas have named first.</summary>
    public required int SeriesCount { get; init; }

    /// <summary>Deletions that are among the covered deltas.</summary>
    public required int DeletionCount { get; init; }

    /// <summary>Deltas that say what is kept among the covered ones.</summary>
    public int KeepCount { get; init; }

    /// <summary>True when some of the chunks may have windows instead of points.</summary>
    public bool HasWindows { get; init; }

    /// <summary>Where the names are, the deletions and what is kept.</summary>
    public required SeriesExtent Names { get; init; }

    /// <summary>The blocks, in the order of ordinals, then of times.</summary>
    public required ImmutableArray<SeriesBlock> Blocks { get; init; }

    /// <summary>Length of the head as a trailer says it.</summary>
    /// <param name="trailer">The last <see cref="TrailerBytes"/> of the part.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static int LengthOf(ReadOnlySpan<byte> trailer)
    {
        var isWhole = trailer.Length == TrailerBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer[16..]) == Crc32C.Compute(trailer[..16])
            && trailer[4] is Version or ThinnedVersion
            && (trailer[5] | trailer[6] | trailer[7]) == 0;
        return isWhole && BinaryPrimitives.ReadInt32LittleEndian(trailer[8..]) is >= 0 and var length
            ? length
            : throw SeriesBytes.Malformed("the chunks of a segment have no trailer, or one of another version");
    }

    /// <summary>Reads a head.</summary>
    /// <param name="headAndTrailer">Both, and nothing before.</param>
    /// <param name="offset">Where they begin in the part: everything else lies before.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesSegmentHead Read(ReadOnlySpan<byte> headAndTrailer, int offset)
    {
        var head = headAndTrailer[..Math.Max(0, headAndTrailer.Length - TrailerBytes)];
        var trailer = headAndTrailer[head.Length..];
        if (LengthOf(trailer) != head.Length || BinaryPrimitives.ReadUInt32LittleEndian(trailer[12..]) != Crc32C.Compute(head))
        {
            throw SeriesBytes.Malformed("the head of a segment's chunks does not verify");
        }

        var bytes = new SeriesBytes(head);
        var from = (long)bytes.ReadNumber();
        var ordinal = bytes.ReadCount(Limits.SeriesPerPartitionMax);
        var series = bytes.ReadCount(Limits.SeriesPerPartitionMax);
        var deletions = bytes.ReadCount(int.MaxValue);
        var isThinned = trailer[4] == ThinnedVersion;
        var keeps = isThinned ? bytes.ReadCount(int.MaxValue) : 0;
        var names = SeriesExtent.Read(ref bytes);
        var blocks = ImmutableArray.CreateBuilder<SeriesBlock>();
        for (var count = bytes.ReadCount(bytes.Rest.Length); count > 0; count--)
        {
            var block = SeriesBlock.Read(ref bytes);
            RequireInside(block.Data, offset);
            RequireInside(block.Entries, offset);
            blocks.Add(block);
        }

        bytes.RequireEnd();
        RequireInside(names, offset);
        return new SeriesSegmentHead
        {
            CoveredFrom = from,
            FirstOrdinal = ordinal,
            SeriesCount = series,
            DeletionCount = deletions,
            KeepCount = keeps,
            HasWindows = isThinned,
            Names = names,
            Blocks = blocks.ToImmutable(),
        };
    }

    internal void Write(ArrayBufferWriter<byte> writer)
    {
        var start = writer.WrittenCount;
        Varint.Write(writer, (ulong)CoveredFrom);
        Varint.Write(writer, (ulong)FirstOrdinal);
        Varint.Write(writer, (ulong)SeriesCount);
        Varint.Write(writer, (ulong)DeletionCount);
        var isThinned = HasWindows || KeepCount > 0;
        if (isThinned)
        {
            Varint.Write(writer, (ulong)KeepCount);
        }

        Names.Write(writer);
        Varint.Write(writer, (ulong)Blocks.Length);
        foreach (var block in Blocks)
        {
            block.Write(writer);
        }

        var head = writer.WrittenSpan[start..];
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        trailer.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Magic);
        trailer[4] = isThinned ? ThinnedVersion : Version;
        BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], head.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], Crc32C.Compute(head));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[16..], Crc32C.Compute(trailer[..16]));
        writer.Write(trailer);
    }

    private static void RequireInside(in SeriesExtent extent, int end)
    {
        if ((long)extent.Offset + extent.Length > end)
        {
            throw SeriesBytes.Malformed("a block of chunks lies outside");
        }
    }
}
