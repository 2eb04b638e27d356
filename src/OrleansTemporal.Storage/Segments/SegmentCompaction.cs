using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Decides which segments to merge: sixteen of one size tier into one, up to 64 MiB. The number of segments costs no read
/// (a record is found by its sequence), only rows in the manifest, so the fan-out is wide and values are moved seldom.
/// </summary>
public static class SegmentCompaction
{
    /// <summary>Segments of one tier that are merged into one of the next.</summary>
    public const int FanOut = 16;

    /// <summary>Bytes of a full segment.</summary>
    public const long TargetBytes = 64L << 20;

    private const long LowestTierBytes = 256 << 10;

    /// <summary>The segments to merge next, as a range of the list; null when none is due.</summary>
    /// <param name="segments">All segments of an agent, oldest first. A merge has to stay within one source agent, so a branch merges only its own, and within the warm tier: colder ones are merged by <see cref="SegmentCooling"/>.</param>
    public static Range? Pick(IReadOnlyList<SegmentRef> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var oldest = segments.Count;
        while (oldest > 0 && segments[oldest - 1].Agent == segments[^1].Agent && segments[oldest - 1].Tier == StorageTier.Warm)
        {
            oldest--;
        }

        return SizeTiers.Pick(segments.Count, oldest, i => segments[i].Length, LowestTierBytes, FanOut, TargetBytes);
    }
}
