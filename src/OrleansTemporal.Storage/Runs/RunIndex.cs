using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Everything about a run but its entries and its filter: written last, read first, searched in memory.</summary>
internal sealed class RunIndex
{
    /// <summary>Most bytes of one block after decompression.</summary>
    public const int BlockBytesMax = 1 << 20;

    private const int BlockRowBytesMin = 46;
    private readonly int[] keyEnds;
    private readonly byte[] keys;
    private readonly ulong[] heads;
    private readonly int commonLength;

    public RunIndex(StoredPart filter, RunBlock[] blocks, int[] keyEnds, byte[] keys)
    {
        Filter = filter;
        Blocks = blocks;
        this.keyEnds = keyEnds;
        this.keys = keys;
        commonLength = blocks.Length == 0 ? 0 : FirstKeyOf(0).CommonPrefixLength(FirstKeyOf(blocks.Length - 1));
        heads = new ulong[blocks.Length];
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = HeadOf(FirstKeyOf(i));
        }
    }

    public StoredPart Filter { get; }

    public RunBlock[] Blocks { get; }

    /// <summary>Bytes of memory that it takes.</summary>
    public long Bytes => 128 + ((long)Blocks.Length * 60) + keys.Length;

    public ReadOnlySpan<byte> FirstKeyOf(int block) => keys.AsSpan((block == 0 ? 0 : keyEnds[block - 1])..keyEnds[block]);

    /// <summary>The last block whose first entry is before the place of (key, bound); −1 when the place is before all.</summary>
    public int BlockBefore(ReadOnlySpan<byte> key, in RunBound bound)
    {
        int low = -1, high = Blocks.Length - 1;
        if (high < 0 || !key.StartsWith(keys.AsSpan(0, commonLength)))
        {
            return high < 0 || key.SequenceCompareTo(FirstKeyOf(0)) < 0 ? -1 : high;
        }

        // Eight bytes behind what all keys share decide most comparisons, in an array that fits the processor's cache.
        var head = HeadOf(key);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (heads[middle] < head || (heads[middle] == head && IsBefore(middle, key, bound)))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private ulong HeadOf(ReadOnlySpan<byte> key)
    {
        var rest = key.Length > commonLength ? key[commonLength..] : default;
        if (rest.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(rest);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        rest.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private bool IsBefore(int block, ReadOnlySpan<byte> key, in RunBound bound)
    {
        var order = FirstKeyOf(block).SequenceCompareTo(key);
        return order < 0
            || (order == 0 && (Blocks[block].FirstSequence > bound.SequenceMax || Blocks[block].FirstTime > bound.TimeMax));
    }

    public static void Write(FormatWriter writer, RunRef run, StoredPart filter, List<RunBlock> blocks, List<byte[]> firstKeys)
    {
        writer.Text(run.Agent.ToString());
        writer.I64(run.FirstSequence);
        writer.I64(run.LastSequence);
        writer.I64(run.EntryCount);
        writer.I64(run.KeyCount);
        WriteKey(writer, run.FirstKey.Span);
        WriteKey(writer, run.LastKey.Span);
        filter.Write(writer);
        writer.U32((uint)blocks.Count);
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            writer.I64(block.Offset);
            writer.U32((uint)block.StoredLength);
            writer.U32((uint)block.RawLength);
            writer.U32(block.Checksum);
            writer.U32((uint)block.Codec);
            writer.U32((uint)block.EntryCount);
            writer.I64(block.FirstSequence);
            writer.U64(block.FirstTime.Value);
            WriteKey(writer, firstKeys[i]);
        }
    }

    public static RunIndex Read(SectionFooter footer, RunRef run)
    {
        var reader = new FormatReader(footer.Bytes.Span, run.ObjectPath, footer.Offset);
        if (!AgentId.TryParse(reader.Text("the agent", AgentId.TextLengthMax), out var agent)
            || agent != run.Agent || agent.Digest != footer.AgentDigest)
        {
            throw reader.Corrupt($"the run is not one of {run.Agent}");
        }

        var fits = reader.I64("the first sequence") == run.FirstSequence;
        fits &= reader.I64("the last sequence") == run.LastSequence;
        fits &= reader.I64("the number of entries") == run.EntryCount;
        fits &= reader.I64("the number of keys") == run.KeyCount;
        fits &= ReadKey(ref reader).SequenceEqual(run.FirstKey.Span);
        fits &= ReadKey(ref reader).SequenceEqual(run.LastKey.Span);
        var filter = StoredPart.Read(ref reader, "the filter");
        fits &= filter.Length == run.FilterBytes && filter.Length > 0 && filter.Length % Filters.KeyFilter.BlockBytes == 0;
        var index = ReadBlocks(ref reader, filter);
        reader.End("the footer");
        if (!fits || !index.IsConsistent(run, footer.Offset))
        {
            throw StoredBytes.Corrupt(run.ObjectPath, footer.Offset, "the footer contradicts itself or the manifest");
        }

        return index;
    }

    private static RunIndex ReadBlocks(ref FormatReader reader, StoredPart filter)
    {
        var count = reader.I32("the number of blocks");
        if ((long)count * BlockRowBytesMin > reader.Remaining)
        {
            throw reader.Corrupt("the number of blocks is impossible");
        }

        var blocks = new RunBlock[count];
        var keyEnds = new int[count];
        var keys = new FormatWriter(Math.Max(16, reader.Remaining - (count * BlockRowBytesMin)));
        for (var i = 0; i < count; i++)
        {
            blocks[i] = new(
                reader.I64("a block's offset"),
                reader.I32("a block's stored length", BlockBytesMax),
                reader.I32("a block's raw length", BlockBytesMax),
                reader.U32("a block's checksum"),
                (BlockCodec)reader.I32("a block's codec", byte.MaxValue),
                reader.I32("a block's entry count"),
                reader.I64("a block's first sequence"),
                new(reader.U64("a block's first time")));
            keys.Bytes(ReadKey(ref reader));
            keyEnds[i] = keys.Length;
        }

        return new(filter, blocks, keyEnds, keys.Written.ToArray());
    }

    private bool IsConsistent(RunRef run, long footerOffset)
    {
        var offset = (long)Section.HeaderBytes;
        var entries = 0L;
        for (var i = 0; i < Blocks.Length; i++)
        {
            var block = Blocks[i];
            if (block.Offset != offset || block.EntryCount <= 0 || block.RawLength <= 0
                || (i > 0 && FirstKeyOf(i - 1).SequenceCompareTo(FirstKeyOf(i)) > 0))
            {
                return false;
            }

            offset += block.StoredLength;
            entries += block.EntryCount;
        }

        return entries == run.EntryCount
            && Filter.Offset == offset
            && run.Offset + offset + Filter.Length == footerOffset
            && (Blocks.Length == 0 || FirstKeyOf(0).SequenceEqual(run.FirstKey.Span));
    }

    private static void WriteKey(FormatWriter writer, ReadOnlySpan<byte> key)
    {
        writer.U16((ushort)key.Length);
        writer.Bytes(key);
    }

    private static ReadOnlySpan<byte> ReadKey(ref FormatReader reader)
    {
        var length = reader.U16("a key's length");
        return length <= RunOptions.KeyBytesMax ? reader.Bytes(length, "a key") : throw reader.Corrupt("a key is too long");
    }
}
