using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>Everything about a segment but its records: written last, read first.</summary>
internal sealed record SegmentFooter
{
    /// <summary>Most bytes of one block after decompression: the largest record with its place in the directory and its references.</summary>
    public const int BlockBytesMax = Limits.DeltaBytesMax + (1 << 20);

    private const int BlockRowBytes = 84;

    public required AgentId Agent { get; init; }

    public required long FirstSequence { get; init; }

    public required long LastSequence { get; init; }

    public required Distinction RootBefore { get; init; }

    public required Distinction RootAfter { get; init; }

    public required ulong EpochMin { get; init; }

    public required ulong EpochMax { get; init; }

    public required HybridTimestamp MinTime { get; init; }

    public required HybridTimestamp MaxTime { get; init; }

    public required long RawBytes { get; init; }

    public required StoredPart Facet { get; init; }

    public required StoredPart Operations { get; init; }

    public required int OperationCount { get; init; }

    public required SegmentBlock[] Blocks { get; init; }

    public void Write(FormatWriter writer)
    {
        writer.Text(Agent.ToString());
        writer.I64(FirstSequence);
        writer.I64(LastSequence);
        writer.Distinction(RootBefore);
        writer.Distinction(RootAfter);
        writer.U64(EpochMin);
        writer.U64(EpochMax);
        writer.U64(MinTime.Value);
        writer.U64(MaxTime.Value);
        writer.I64(RawBytes);
        Facet.Write(writer);
        Operations.Write(writer);
        writer.U32((uint)OperationCount);
        writer.U32((uint)Blocks.Length);
        foreach (var block in Blocks)
        {
            writer.I64(block.FirstSequence);
            writer.U32((uint)block.RecordCount);
            writer.I64(block.Offset);
            writer.U32((uint)block.StoredLength);
            writer.U32((uint)block.RawLength);
            writer.U32(block.Checksum);
            writer.U32((uint)block.Codec);
            writer.Distinction(block.RootBefore);
            writer.U64(block.FirstTime.Value);
            writer.U64(block.LastTime.Value);
        }
    }

    public static SegmentFooter Read(SectionFooter footer, SegmentRef segment)
    {
        var reader = new FormatReader(footer.Bytes.Span, segment.ObjectPath, footer.Offset);
        var text = reader.Text("the agent", AgentId.TextLengthMax);
        if (!AgentId.TryParse(text, out var agent) || agent != segment.Agent || agent.Digest != footer.AgentDigest)
        {
            throw reader.Corrupt($"the segment is not one of {segment.Agent}");
        }

        var read = new SegmentFooter
        {
            Agent = agent,
            FirstSequence = reader.I64("the first sequence"),
            LastSequence = reader.I64("the last sequence"),
            RootBefore = reader.Distinction("the root before"),
            RootAfter = reader.Distinction("the root after"),
            EpochMin = reader.U64("the lowest epoch"),
            EpochMax = reader.U64("the highest epoch"),
            MinTime = new(reader.U64("the first system time")),
            MaxTime = new(reader.U64("the last system time")),
            RawBytes = reader.I64("the raw length"),
            Facet = StoredPart.Read(ref reader, "the facet's part"),
            Operations = StoredPart.Read(ref reader, "the operations"),
            OperationCount = reader.I32("the number of operations"),
            Blocks = ReadBlocks(ref reader),
        };
        reader.End("the footer");
        read.Check(segment, footer.Offset);
        return read;
    }

    private static SegmentBlock[] ReadBlocks(ref FormatReader reader)
    {
        var count = reader.I32("the number of blocks");
        if (count == 0 || (long)count * BlockRowBytes != reader.Remaining)
        {
            throw reader.Corrupt("the number of blocks is impossible");
        }

        var blocks = new SegmentBlock[count];
        for (var i = 0; i < count; i++)
        {
            blocks[i] = new(
                reader.I64("a block's first sequence"),
                reader.I32("a block's record count"),
                reader.I64("a block's offset"),
                reader.I32("a block's stored length", BlockBytesMax),
                reader.I32("a block's raw length", BlockBytesMax),
                reader.U32("a block's checksum"),
                (BlockCodec)reader.I32("a block's codec", byte.MaxValue),
                reader.Distinction("a block's root"),
                new(reader.U64("a block's first time")),
                new(reader.U64("a block's last time")));
        }

        return blocks;
    }

    /// <summary>The parts must fit each other and what the manifest says.</summary>
    private void Check(SegmentRef segment, long footerOffset)
    {
        var dataEnd = footerOffset - segment.Offset;
        var next = FirstSequence;
        var offset = (long)Section.HeaderBytes;
        var fits = FirstSequence == segment.FirstSequence && LastSequence == segment.LastSequence
            && RootBefore == segment.RootBefore && RootAfter == segment.RootAfter
            && MinTime == segment.MinTime && MaxTime == segment.MaxTime
            && OperationCount == segment.OperationCount && RawBytes == segment.RawBytes
            && Blocks[0].RootBefore == RootBefore;
        foreach (var block in Blocks)
        {
            fits &= block.FirstSequence == next && block.RecordCount > 0 && block.Offset == offset && block.FirstTime <= block.LastTime;
            next += block.RecordCount;
            offset += block.StoredLength;
        }

        fits &= next == LastSequence + 1
            && Facet.Offset == offset
            && Operations.Offset == offset + Facet.Length
            && Operations.Offset + Operations.Length == dataEnd;
        if (!fits)
        {
            throw StoredBytes.Corrupt(segment.ObjectPath, footerOffset, "the footer contradicts itself or the manifest");
        }
    }
}
