namespace OrleansTemporal.Storage.Formats;

/// <summary>Size-tiered choice among pieces that are listed oldest first and can only be merged with their neighbours.</summary>
internal static class SizeTiers
{
    /// <summary>The pieces to merge, or null.</summary>
    /// <param name="count">Number of pieces.</param>
    /// <param name="oldest">Index of the oldest piece that may be merged.</param>
    /// <param name="lengthOf">Bytes of a piece.</param>
    /// <param name="lowestTierBytes">Upper end of the lowest tier; each next one is wider by the fan-out.</param>
    /// <param name="fanOut">Pieces of one tier that are merged into one of the next.</param>
    /// <param name="targetBytes">Bytes of a merged piece beyond which none is added; one of half of it is not merged again.</param>
    public static Range? Pick(int count, int oldest, Func<int, long> lengthOf, long lowestTierBytes, int fanOut, long targetBytes)
    {
        var start = count;
        var highest = 0;
        while (start > oldest && lengthOf(start - 1) < targetBytes / 2)
        {
            start--;
            highest = Math.Max(highest, TierOf(lengthOf(start), lowestTierBytes, fanOut));
        }

        for (var tier = 0; tier <= highest; tier++)
        {
            var first = count;
            int ofTier = 0;
            long bytes = 0;
            while (first > start && TierOf(lengthOf(first - 1), lowestTierBytes, fanOut) <= tier)
            {
                first--;
                bytes += lengthOf(first);
                ofTier += TierOf(lengthOf(first), lowestTierBytes, fanOut) == tier ? 1 : 0;
            }

            if (ofTier >= fanOut || (ofTier >= 2 && bytes >= targetBytes))
            {
                return Bounded(first, count, lengthOf, targetBytes);
            }
        }

        return null;
    }

    private static Range? Bounded(int first, int count, Func<int, long> lengthOf, long targetBytes)
    {
        var end = first;
        long bytes = 0;
        while (end < count && (end - first < 2 || bytes + lengthOf(end) <= targetBytes))
        {
            bytes += lengthOf(end++);
        }

        return end - first >= 2 ? first..end : null;
    }

    private static int TierOf(long length, long lowestTierBytes, int fanOut)
    {
        var tier = 0;
        for (var bound = lowestTierBytes; length > bound && bound < long.MaxValue / fanOut; bound *= fanOut)
        {
            tier++;
        }

        return tier;
    }
}
