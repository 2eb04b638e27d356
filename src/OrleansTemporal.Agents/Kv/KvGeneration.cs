using System.Runtime.InteropServices;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

/// <summary>
/// The deltas of one span of sequences, by key, in memory. One generation is active and grows; the older ones are fixed,
/// wait to be sealed, and stay as a cache when they are. Touched only under the agent's gate, except for
/// <see cref="SortedKeys"/>.
/// </summary>
internal sealed class KvGeneration
{
    // Thousands of agents have a few small values each; a busy one fills a large slab in milliseconds.
    private const int SlabBytesMin = 4 << 10;
    private const int SlabBytesMax = 1 << 20;

    private readonly Dictionary<string, KvKey> keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KvKey>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Lock sorting = new();
    private readonly List<string> fresh = [];
    private string[] sorted = [];
    private byte[] slab = [];
    private int slabUsed;

    public KvGeneration(long firstSequence)
    {
        lookup = keys.GetAlternateLookup<ReadOnlySpan<char>>();
        Lineage = new LineageIndex(this);
        FirstSequence = firstSequence;
        LastSequence = firstSequence - 1;
    }

    public long FirstSequence { get; }

    public long LastSequence { get; private set; }

    /// <summary>Bytes of records applied, about what they take in memory.</summary>
    public long Bytes { get; private set; }

    public int KeyCount => keys.Count;

    public int VersionCount { get; private set; }

    /// <summary>By place behind <see cref="FirstSequence"/>, the key that a delta wrote, or an array of them; null when its payload is erased.</summary>
    public List<object?> Writes { get; } = [];

    /// <summary>What follows from what in here; null once runs say it.</summary>
    public LineageIndex? Lineage { get; private set; }

    public KvKey? Find(string key) => keys.GetValueOrDefault(key);

    public KvKey? Find(ReadOnlySpan<char> key) => lookup.TryGetValue(key, out var found) ? found : null;

    /// <summary>The object to fill with a new version of a key; the version before it, in this generation, is kept.</summary>
    public KvKey Add(ReadOnlySpan<char> key)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, key, out var exists);
        if (exists)
        {
            slot!.Push();
        }
        else
        {
            var text = key.ToString();
            slot = new KvKey(text);
            fresh.Add(text);
        }

        VersionCount++;
        return slot!;
    }

    /// <summary>
    /// Copies a value to where the generation keeps its values: in large slabs, since a million small arrays would be
    /// moved by the collector twice before they come to rest.
    /// </summary>
    public byte[] Keep(ReadOnlySpan<byte> value, out int offset)
    {
        if (value.Length > slab.Length - slabUsed)
        {
            if (value.Length >= SlabBytesMax / 4)
            {
                offset = 0;
                return value.ToArray();
            }

            var size = Math.Clamp(slab.Length * 2, SlabBytesMin, SlabBytesMax);
            slab = GC.AllocateUninitializedArray<byte>(Math.Max(size, value.Length));
            slabUsed = 0;
        }

        offset = slabUsed;
        value.CopyTo(slab.AsSpan(offset));
        slabUsed += value.Length;
        return slab;
    }

    /// <summary>Lets the index of lineage go. Who holds it already may go on reading it.</summary>
    public void ForgetLineage() => Lineage = null;

    public void Extend(long sequence, int bytes)
    {
        LastSequence = sequence;
        Bytes += bytes;
    }

    /// <summary>
    /// The keys in order of their bytes; the array is never changed afterwards. Sorting happens outside the gate, which
    /// is held only to take over the keys that came since the last call.
    /// </summary>
    public string[] SortedKeys(Lock gate)
    {
        lock (sorting)
        {
            string[] added;
            lock (gate)
            {
                added = fresh.ToArray();
                fresh.Clear();
            }

            if (added.Length > 0)
            {
                Array.Sort(added, Utf8Order.Compare);
                sorted = sorted.Length == 0 ? added : Merge(sorted, added);
            }

            return sorted;
        }
    }

    private static string[] Merge(string[] left, string[] right)
    {
        var merged = new string[left.Length + right.Length];
        var (l, r) = (0, 0);
        for (var i = 0; i < merged.Length; i++)
        {
            merged[i] = r == right.Length || (l < left.Length && Utf8Order.Compare(left[l], right[r]) < 0) ? left[l++] : right[r++];
        }

        return merged;
    }
}
