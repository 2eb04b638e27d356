namespace OrleansTemporal.Timelines;

/// <summary>
/// Which components some steps may have set (Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 1970):
/// a component that was set is always found, another one in about one of a hundred filters. Immutable once made.
/// </summary>
internal sealed class ComponentFilter
{
    /// <summary>Steps of a filter.</summary>
    public const int StepCount = 64;

    private const int BitsPerEntry = 10;
    private const int Probes = 4;
    private const int WordBits = 64;

    private readonly ulong[] words;

    /// <summary>Makes the filter of steps. O(components).</summary>
    public ComponentFilter(IReadOnlyList<TimelineStep> own, int first)
    {
        var entries = 0L;
        for (var i = first; i < first + StepCount; i++)
        {
            entries += own[i].Indices.Length;
        }

        words = new ulong[Math.Max(1, (entries * BitsPerEntry / WordBits) + 1)];
        for (var i = first; i < first + StepCount; i++)
        {
            foreach (var component in own[i].Indices.Span)
            {
                var hash = Mix(component);
                for (var probe = 0; probe < Probes; probe++, hash += Step(hash))
                {
                    words[Word(hash)] |= 1UL << (int)(hash & (WordBits - 1));
                }
            }
        }
    }

    /// <summary>Whether a component may have been set.</summary>
    public bool MayHold(int component)
    {
        var hash = Mix(component);
        for (var probe = 0; probe < Probes; probe++, hash += Step(hash))
        {
            if ((words[Word(hash)] & (1UL << (int)(hash & (WordBits - 1)))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private int Word(ulong hash) => (int)(((hash >> 32) * (ulong)words.Length) >> 32);

    private static ulong Step(ulong hash) => (hash << 29) | (hash >> 35) | 1;

    // The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private static ulong Mix(int component)
    {
        var hash = ((ulong)(uint)component + 1) * 0x9E37_79B9_7F4A_7C15;
        hash = (hash ^ (hash >> 30)) * 0xBF58_476D_1CE4_E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D0_49BB_1331_11EB;
        return hash ^ (hash >> 31);
    }
}
