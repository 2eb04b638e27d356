namespace OrleansTemporal.Storage.Runs;

/// <summary>Searches in an unpacked, checked block without copying keys.</summary>
internal static class RunBlockSearch
{
    /// <summary>
    /// The first entry at or behind the place of (key, bound), if its key is the one looked for.
    /// </summary>
    /// <param name="endsBefore">True when every entry of the block is before the place: the next block has to be asked.</param>
    public static bool TryFind(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, in RunBound bound, out RunEntry entry, out bool endsBefore)
    {
        var position = RunBlockFormat.RestartOffset(block, Math.Max(0, RestartBefore(block, key, bound)));
        var end = RunBlockFormat.EntriesEnd(block);
        var matched = 0;
        entry = default;
        endsBefore = false;
        for (var i = 0; position < end; i++)
        {
            // A restart has its whole key, whatever it shares with the one before.
            matched = i % RunBlockFormat.RestartInterval == 0 ? 0 : matched;
            RunBlockFormat.ReadKeyLengths(block, ref position, out var shared, out var own);
            var suffix = block.Slice(position, own);
            position += own;
            if (shared < matched)
            {
                // It leaves the key before it where that one still agreed with ours, and upwards: it is behind ours.
                return false;
            }

            if (shared > matched)
            {
                // It agrees with the key before it beyond the byte where that one was below ours.
                RunBlockFormat.SkipEntry(block, ref position);
                continue;
            }

            var rest = key[matched..];
            var common = rest.CommonPrefixLength(suffix);
            if (common == rest.Length && common == suffix.Length)
            {
                entry = RunBlockFormat.ReadEntry(block, ref position);
                if (bound.Includes(entry))
                {
                    return true;
                }

                matched = key.Length;
                continue;
            }

            if (common == rest.Length || (common < suffix.Length && suffix[common] > rest[common]))
            {
                return false;
            }

            matched += common;
            RunBlockFormat.SkipEntry(block, ref position);
        }

        endsBefore = true;
        return false;
    }

    /// <summary>The last restart whose entry is before the place of (key, bound); −1 when none is.</summary>
    public static int RestartBefore(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, in RunBound bound)
    {
        int low = -1, high = RunBlockFormat.RestartCount(block) - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            var position = RunBlockFormat.RestartOffset(block, middle);
            RunBlockFormat.ReadKeyLengths(block, ref position, out _, out var own);
            var order = block.Slice(position, own).SequenceCompareTo(key);
            position += own;
            if (order < 0 || (order == 0 && !bound.Includes(RunBlockFormat.ReadEntry(block, ref position))))
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
}
