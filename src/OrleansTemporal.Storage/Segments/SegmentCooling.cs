using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Decides which segments move to a colder tier, by age and heat. One step packs neighbours of at most
/// <see cref="RawBytesMax"/> into one, so that it is short and can be done again when it was cut short. Cold and deep
/// segments that stayed small are merged sixteen at a time, as warm ones are.
/// </summary>
public static class SegmentCooling
{
    /// <summary>Raw bytes that one step packs at most, unless one segment has more: some seconds of work.</summary>
    public const long RawBytesMax = 64L << 20;

    private const long LowestTierBytes = 256 << 10;

    /// <summary>The segments to pack next, and the tier that they go to; null when nothing is due.</summary>
    /// <param name="segments">All segments of an agent, oldest first.</param>
    /// <param name="coldBefore">Segments whose newest delta is older are cold.</param>
    /// <param name="deepBefore">Segments whose newest delta is older are deep; not after <paramref name="coldBefore"/>.</param>
    /// <param name="mayCool">False for a segment that is read too often to go down.</param>
    public static (Range Range, StorageTier Tier)? Pick(
        IReadOnlyList<SegmentRef> segments, HybridTimestamp coldBefore, HybridTimestamp deepBefore, Func<SegmentRef, bool> mayCool)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(mayCool);
        for (var i = 0; i < segments.Count; i++)
        {
            if (DueTier(segments[i], coldBefore, deepBefore, mayCool) is { } tier)
            {
                return (Extend(segments, i, other => DueTier(other, coldBefore, deepBefore, mayCool) == tier), tier);
            }
        }

        return PickSmall(segments);
    }

    private static StorageTier? DueTier(SegmentRef segment, HybridTimestamp coldBefore, HybridTimestamp deepBefore, Func<SegmentRef, bool> mayCool)
    {
        var due = segment.MaxTime < deepBefore ? StorageTier.Deep : segment.MaxTime < coldBefore ? StorageTier.Cold : StorageTier.Warm;
        return due > segment.Tier && mayCool(segment) ? due : null;
    }

    private static Range Extend(IReadOnlyList<SegmentRef> segments, int first, Func<SegmentRef, bool> isDue)
    {
        var (end, bytes) = (first + 1, segments[first].RawBytes);
        while (end < segments.Count
            && segments[end].Agent == segments[first].Agent
            && bytes + segments[end].RawBytes <= RawBytesMax
            && isDue(segments[end]))
        {
            bytes += segments[end++].RawBytes;
        }

        return first..end;
    }

    // Each stretch of one tier by itself, the newest first: that is where small ones gather.
    private static (Range Range, StorageTier Tier)? PickSmall(IReadOnlyList<SegmentRef> segments)
    {
        for (var end = segments.Count; end > 0;)
        {
            var (start, newest) = (end, segments[end - 1]);
            while (start > 0 && segments[start - 1].Tier == newest.Tier && segments[start - 1].Agent == newest.Agent)
            {
                start--;
            }

            if (newest.Tier > StorageTier.Warm
                && SizeTiers.Pick(end, start, i => segments[i].RawBytes, LowestTierBytes, SegmentCompaction.FanOut, RawBytesMax) is { } range)
            {
                return (range, newest.Tier);
            }

            end = start;
        }

        return null;
    }
}
