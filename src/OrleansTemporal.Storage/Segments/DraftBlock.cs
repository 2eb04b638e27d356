using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>A block that is being filled, or is full and waits to be packed and written. Used again and again by its writer.</summary>
internal sealed class DraftBlock(SegmentOptions options)
{
    private readonly BlockPacker packer = new(options.Codec, options.PackedPercentMax, options.BrotliQuality);
    private readonly BlockNoise noise = new();
    private readonly List<int> starts = [];
    private ReadOnlyMemory<byte> stored;
    private SegmentBlock row;

    /// <summary>Its bytes.</summary>
    public FormatWriter Raw { get; } = new(Math.Min(options.BlockBytes, SegmentOptions.BlockBytesDefault) * 2);

    /// <summary>Records in it.</summary>
    public int RecordCount => starts.Count;

    /// <summary>Its row in the index, once it is packed, but for its place; and the stored bytes.</summary>
    public (SegmentBlock Row, ReadOnlyMemory<byte> Stored) Packed => (row, stored);

    /// <summary>Writes a record.</summary>
    public void Add(ReadOnlySpan<byte> record, ReadOnlySpan<BackReference> references)
    {
        starts.Add(Raw.Length);
        StoredRecord.Write(Raw, record, references);
        noise.Add(Raw, record.Length, references);
    }

    /// <summary>Takes a record over as it was stored in another block.</summary>
    public void Copy(ReadOnlySpan<byte> stored, long sequence, string path)
    {
        starts.Add(Raw.Length);
        noise.Add(stored, Raw.Length, sequence, path);
        Raw.Bytes(stored);
    }

    /// <summary>Ends it; it is packed by <see cref="Pack"/>.</summary>
    /// <param name="nextSequence">Sequence behind its last record.</param>
    /// <param name="rootBefore">The local root before its first record.</param>
    /// <param name="firstTime">System time of its first record.</param>
    /// <param name="lastTime">System time of its last record.</param>
    public void Close(long nextSequence, Distinction rootBefore, HybridTimestamp firstTime, HybridTimestamp lastTime)
    {
        foreach (var start in starts)
        {
            Raw.U32((uint)start);
        }

        row = new SegmentBlock(nextSequence - starts.Count, starts.Count, 0, 0, Raw.Length, 0, BlockCodec.Raw, rootBefore, firstTime, lastTime);
    }

    /// <summary>Packs it; each block on whatever thread, since each has a packer of its own.</summary>
    public void Pack()
    {
        (stored, var codec) = packer.Pack(Raw.Written, CollectionsMarshal.AsSpan(starts), noise.Places);
        row = row with { StoredLength = stored.Length, Checksum = Crc32C.Compute(stored.Span), Codec = codec };
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        stored = default;
        starts.Clear();
        noise.Clear();
        Raw.Clear();
    }
}
