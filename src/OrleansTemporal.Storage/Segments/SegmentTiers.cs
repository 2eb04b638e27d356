using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// How segments are packed in each tier: the colder, the larger the blocks and the more time goes into packing them, so that
/// bytes cost less and one read costs more. Any reader reads them all.
/// </summary>
public static class SegmentTiers
{
    /// <summary>Raw bytes of a cold block: a read unpacks up to 64 KiB, about 0.1 ms.</summary>
    public const int ColdBlockBytes = 64 << 10;

    /// <summary>Raw bytes of a deep block: a read unpacks up to 256 KiB, about 0.3 ms.</summary>
    public const int DeepBlockBytes = 256 << 10;

    // What costs money by the month is packed even when it saves little.
    private const int PackedPercentMax = 95;

    // With the noise of records apart, three and four save nothing over two, at half of its speed.
    private const int ColdQuality = 2;

    // Saves 4 % over two and takes four times as long, once in the life of a record.
    private const int DeepQuality = 5;

    /// <summary>The options for segments of a tier.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="warm">Those of the facet for warm segments.</param>
    public static SegmentOptions OptionsOf(StorageTier tier, SegmentOptions warm)
    {
        ArgumentNullException.ThrowIfNull(warm);
        return tier switch
        {
            StorageTier.Warm => warm,
            StorageTier.Cold => warm with
            {
                Codec = BlockCodec.Parted,
                BrotliQuality = ColdQuality,
                PackedPercentMax = PackedPercentMax,
                BlockBytes = ColdBlockBytes,
                Repacks = true,
            },
            _ => warm with
            {
                Codec = BlockCodec.Parted,
                BrotliQuality = DeepQuality,
                PackedPercentMax = PackedPercentMax,
                BlockBytes = DeepBlockBytes,
                Repacks = true,
            },
        };
    }
}
