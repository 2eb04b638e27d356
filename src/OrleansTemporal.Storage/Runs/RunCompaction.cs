using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Decides which runs to merge: size-tiered with a fan-out of eight. An entry is rewritten once per tier, so after n seals
/// about log₈ n times, and a look-up asks at most seven runs per tier.
/// </summary>
public static class RunCompaction
{
    /// <summary>Runs of one tier that are merged into one of the next.</summary>
    public const int FanOut = 8;

    private const long LowestTierBytes = 32 << 10;

    /// <summary>The runs to merge next, as a range of the list; null when none is due.</summary>
    /// <param name="runs">All runs of an agent, oldest first. A merge has to stay within one source agent, so a branch merges only its own.</param>
    public static Range? Pick(IReadOnlyList<RunRef> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var oldest = runs.Count;
        while (oldest > 0 && runs[oldest - 1].Agent == runs[^1].Agent)
        {
            oldest--;
        }

        return SizeTiers.Pick(runs.Count, oldest, i => runs[i].Length, LowestTierBytes, FanOut, long.MaxValue);
    }
}
