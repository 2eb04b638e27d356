using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Where the blocks of a segment lie: what a read needs of its footer, in a quarter of the memory. Ten million records of
/// a kilobyte have some 300,000 blocks, so a byte here counts. Roots and times are read again by whoever verifies or merges.
/// </summary>
internal sealed class SegmentPlaces
{
    /// <summary>Bytes of memory for one block.</summary>
    public const int BytesPerBlock = (2 * sizeof(long)) + sizeof(int) + sizeof(uint) + sizeof(BlockCodec);

    // Blocks follow each other without gaps, so the start of the next one is the end of this one; the last entry is the end.
    private readonly long[] firstSequences;
    private readonly long[] offsets;
    private readonly int[] rawLengths;
    private readonly uint[] checksums;
    private readonly BlockCodec[] codecs;

    public SegmentPlaces(SegmentFooter footer)
    {
        var blocks = footer.Blocks;
        firstSequences = new long[blocks.Length + 1];
        offsets = new long[blocks.Length + 1];
        rawLengths = new int[blocks.Length];
        checksums = new uint[blocks.Length];
        codecs = new BlockCodec[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            firstSequences[i] = blocks[i].FirstSequence;
            offsets[i] = blocks[i].Offset;
            rawLengths[i] = blocks[i].RawLength;
            checksums[i] = blocks[i].Checksum;
            codecs[i] = blocks[i].Codec;
        }

        firstSequences[^1] = footer.LastSequence + 1;
        offsets[^1] = blocks[^1].Offset + blocks[^1].StoredLength;
        Facet = footer.Facet;
        Operations = footer.Operations;
    }

    public Formats.StoredPart Facet { get; }

    public Formats.StoredPart Operations { get; }

    /// <summary>Number of blocks.</summary>
    public int Count => codecs.Length;

    /// <summary>Bytes of memory that it takes.</summary>
    public long Bytes => (long)codecs.Length * BytesPerBlock;

    public SegmentPlace this[int block] => new(
        firstSequences[block],
        (int)(firstSequences[block + 1] - firstSequences[block]),
        offsets[block],
        new PackedBlock((int)(offsets[block + 1] - offsets[block]), rawLengths[block], checksums[block], codecs[block]));

    /// <summary>The block that holds a sequence of the segment.</summary>
    public int BlockOf(long sequence)
    {
        var found = firstSequences.AsSpan(0, codecs.Length).BinarySearch(sequence);
        return found >= 0 ? found : ~found - 1;
    }
}
