namespace OrleansTemporal.Kv;

/// <summary>
/// Walks the distinct keys of generations in the order of their bytes: a merge in which the sources stand in order, and the
/// one that was passed is put back where it belongs. A key costs one comparison while a source goes on alone, and the
/// logarithm of their number otherwise. Keys are compared where they lie; no text is made of them.
/// </summary>
internal sealed class KvMemoryKeys
{
    private readonly Source[] sources;
    private int count;

    /// <summary>Stands at the first key at or, when exclusive, behind <paramref name="start"/>.</summary>
    /// <param name="generations">The generations, the newest first, each with its entries in the order of their keys.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="exclusive">Whether to begin behind it.</param>
    public KvMemoryKeys(IEnumerable<(KvGeneration Generation, int[] Sorted)> generations, ReadOnlySpan<byte> start, bool exclusive)
    {
        var opened = new List<Source>();
        foreach (var (generation, sorted) in generations)
        {
            var source = new Source(generation, sorted, opened.Count, start, exclusive);
            opened.Add(source);
        }

        sources = [.. opened];
        count = sources.Length;
        for (var i = count - 1; i >= 0; i--)
        {
            Settle(i);
        }
    }

    /// <summary>Whether every key was passed.</summary>
    public bool IsAtEnd => count == 0;

    /// <summary>The key that it stands at.</summary>
    public ReadOnlySpan<byte> Key => sources[0].Key;

    /// <summary>The key that it stands at, to be kept.</summary>
    public KvKeyName Name => sources[0].Name;

    /// <summary>Adds the versions of the key that it stands at, the newest generation first, and goes on.</summary>
    public void Pass(List<KvKey> versions)
    {
        var key = Key;
        versions.Add(sources[0].Pass());
        var passed = 1;
        while (passed < count && sources[passed].Key.SequenceEqual(key))
        {
            versions.Add(sources[passed++].Pass());
        }

        while (--passed >= 0)
        {
            Settle(passed);
        }
    }

    // Puts one back in order, where all behind it are.
    private void Settle(int at)
    {
        var source = sources[at];
        if (source.IsAtEnd)
        {
            Array.Copy(sources, at + 1, sources, at, --count - at);
            return;
        }

        var (low, high) = (at + 1, count);
        if (low == high || source.IsBefore(sources[low]))
        {
            return;
        }

        low++;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = source.IsBefore(sources[middle]) ? (low, middle) : (middle + 1, high);
        }

        Array.Copy(sources, at + 1, sources, at, low - at - 1);
        sources[low - 1] = source;
    }

    private sealed class Source
    {
        // Where keys lie is looked up for so many at once: each is likely in no cache, and a processor waits for all of
        // them as long as for one when nothing stands between the loads.
        private const int AheadCount = 16;

        private readonly KvGeneration generation;
        private readonly int[] sorted;
        private readonly int age;
        private readonly ReadOnlyMemory<byte>[] ahead = new ReadOnlyMemory<byte>[AheadCount];
        private int position;
        private int loaded;
        private int touched;

        /// <param name="generation">The generation.</param>
        /// <param name="sorted">Its entries in the order of their keys.</param>
        /// <param name="age">0 for the newest of all.</param>
        /// <param name="start">Where to begin.</param>
        /// <param name="exclusive">Whether to begin behind it.</param>
        public Source(KvGeneration generation, int[] sorted, int age, ReadOnlySpan<byte> start, bool exclusive)
        {
            (this.generation, this.sorted, this.age) = (generation, sorted, age);
            var (low, high) = (0, sorted.Length);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                var order = generation.KeyOf(sorted[middle]).SequenceCompareTo(start);
                (low, high) = order < 0 || (exclusive && order == 0) ? (middle + 1, high) : (low, middle);
            }

            position = loaded = low;
            Load();
        }

        public bool IsAtEnd => position == sorted.Length;

        public ReadOnlySpan<byte> Key => ahead[position % AheadCount].Span;

        public KvKeyName Name => new(generation, sorted[position]);

        public KvKey Pass()
        {
            var passed = new KvKey(generation, sorted[position++]);
            Load();
            return passed;
        }

        /// <summary>Whether its key comes before that of another; of two with the same, the newer.</summary>
        public bool IsBefore(Source other)
        {
            var order = Key.SequenceCompareTo(other.Key);
            return order < 0 || (order == 0 && age < other.age);
        }

        private void Load()
        {
            if (position < loaded)
            {
                return;
            }

            for (; loaded < sorted.Length && loaded < position + AheadCount; loaded++)
            {
                var key = generation.KeyMemoryOf(sorted[loaded]);
                ahead[loaded % AheadCount] = key;
                touched += key.IsEmpty ? 0 : key.Span[0];
            }
        }
    }
}
