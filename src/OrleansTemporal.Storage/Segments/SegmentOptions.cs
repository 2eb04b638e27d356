using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Segments;

/// <summary>How segments are written.</summary>
public sealed record SegmentOptions
{
    /// <summary>Raw bytes of a block when nobody says otherwise: one read of a record unpacks 16 KiB, some 25 µs, and the index has 25 bytes of memory for it.</summary>
    public const int BlockBytesDefault = 16 << 10;

    /// <summary>Shortest value that is stored once and referred to: below it a reference saves nothing worth the hash.</summary>
    public const int RepeatedPartBytesMin = 64;

    /// <summary>Values that a writer remembers for finding repetitions.</summary>
    public const int RepeatedPartsMax = 65_536;

    /// <summary>The defaults.</summary>
    public static SegmentOptions Default { get; } = new();

    /// <summary>How blocks are stored; one that does not shrink to half stays raw.</summary>
    public BlockCodec Codec { get; init; } = BlockCodec.Parted;

    /// <summary>What a packed block may have of its raw bytes, in percent; one that has more stays raw.</summary>
    public int PackedPercentMax { get; init; } = BlockPacker.PercentMaxDefault;

    /// <summary>How hard Brotli tries, 0 to 11.</summary>
    public int BrotliQuality { get; init; } = BlockPacker.BrotliQualityDefault;

    /// <summary>Whether a merge packs every record anew, and copies no block as it is stored.</summary>
    public bool Repacks { get; init; }

    /// <summary>Raw bytes after which a block is closed; a larger record has a block of its own.</summary>
    public int BlockBytes { get; init; } = BlockBytesDefault;

    /// <summary>Names the values within a record, so that a repeated one is stored once; null stores every record whole.</summary>
    public IPayloadParts? Parts { get; init; }
}
