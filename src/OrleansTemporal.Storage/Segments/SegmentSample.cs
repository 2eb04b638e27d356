using System.Buffers;
using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Segments;

/// <summary>Finds out how well records pack, without writing anything.</summary>
public static class SegmentSample
{
    /// <summary>Stored bytes for each raw byte; 1 for no records. Cost: that of packing them.</summary>
    public static double ShareOf(IReadOnlyList<ReadOnlyMemory<byte>> records, SegmentOptions options)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(options);
        var packer = new BlockPacker(options.Codec, options.PackedPercentMax, options.BrotliQuality);
        var block = new ArrayBufferWriter<byte>(options.BlockBytes * 2);
        var noise = new BlockNoise();
        long raw = 0, stored = 0;
        for (var i = 0; i < records.Count; i++)
        {
            noise.Add(records[i].Span, block.WrittenCount);
            block.Write(records[i].Span);
            if (block.WrittenCount >= options.BlockBytes || i == records.Count - 1)
            {
                raw += block.WrittenCount;
                stored += packer.Pack(block.WrittenMemory, noise: noise.Places).Stored.Length;
                noise.Clear();
                block.ResetWrittenCount();
            }
        }

        return raw == 0 ? 1 : (double)stored / raw;
    }
}
