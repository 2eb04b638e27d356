using System.Runtime.CompilerServices;
using System.Text;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

/// <summary>
/// The deltas of one span of sequences, by key, in memory. One generation is active and grows; the older ones are fixed,
/// wait to be sealed, and stay as a cache when they are. Touched only under the agent's gate, except for
/// <see cref="SortedEntries"/> and what is fixed. Keys, values and versions lie in a few large arrays without references:
/// millions of small objects would make every collection a pause.
/// </summary>
internal sealed partial class KvGeneration
{
    // Thousands of agents have a few small values each; a busy one fills a large slab in milliseconds.
    private const int SlabBytesMin = 4 << 10;
    private const int SlabBytesMax = 1 << 20;
    private const int CapacityMin = 16;

    private readonly Lock sorting = new();
    private readonly KvVersionNames names = new();
    private byte[][] slabs = [];
    private int slabUsed;
    private int[] sorted = [];

    public GrowingArray<KvEntry> Entries = new(CapacityMin);
    public GrowingArray<KvRow> Rows = new(CapacityMin);

    /// <summary>What few versions have.</summary>
    public GrowingArray<KvExtras> Extras = new(0);

    public KvGeneration(int number, long firstSequence)
    {
        Number = number;
        Lineage = new LineageIndex(this);
        FirstSequence = firstSequence;
        LastSequence = firstSequence - 1;
    }

    /// <summary>Counts the agent's generations from 1.</summary>
    public int Number { get; }

    public long FirstSequence { get; }

    public long LastSequence { get; private set; }

    /// <summary>Bytes of records applied, about what they take in memory.</summary>
    public long RecordBytes { get; private set; }

    public int KeyCount => Entries.Count;

    /// <summary>What follows from what in here; null once runs say it.</summary>
    public LineageIndex? Lineage { get; private set; }

    public ReadOnlySpan<byte> KeyOf(int entry)
    {
        ref var found = ref Entries[entry];
        return slabs[found.Slab].AsSpan(found.KeyOffset, found.KeyLength);
    }

    /// <summary>
    /// Reads what an entry and its newest version are made of, so that it lies near to the processor. Needs no gate, and may
    /// be given any number: what is read may be half written and is thrown away.
    /// </summary>
    public void Touch(int entry)
    {
        if (!Entries.TryPeek(entry, out var found))
        {
            return;
        }

        var known = slabs;
        if ((uint)found.Slab < (uint)known.Length && known[found.Slab] is { } slab && (uint)found.KeyOffset < (uint)slab.Length)
        {
            Consume(slab[found.KeyOffset]);
        }

        if (Rows.TryPeek(found.Newest, out var row) && row.Extras >= 0 && Extras.TryPeek(row.Extras, out var extras))
        {
            Consume(extras?.ExpiresAt);
        }
    }

    // What is read for its own sake would not be read at all.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Consume<T>(T value)
    {
    }

    /// <summary>The bytes of a key, to be kept.</summary>
    public ReadOnlyMemory<byte> KeyMemoryOf(int entry)
    {
        ref var found = ref Entries[entry];
        return Bytes(found.Slab, found.KeyOffset, found.KeyLength);
    }

    public ReadOnlyMemory<byte> Bytes(int slab, int offset, int length) => length == 0 ? default : slabs[slab].AsMemory(offset, length);

    /// <summary>Adds a key without versions.</summary>
    /// <returns>Its entry; the first <see cref="AddVersion"/> must follow.</returns>
    public int AddKey(ReadOnlySpan<byte> key, KvPlace earlier)
    {
        var entry = Entries.Add();
        ref var added = ref Entries[entry];
        (added.Slab, added.KeyOffset) = Keep(key);
        added.KeyLength = key.Length;
        added.Earlier = earlier;
        return entry;
    }

    /// <summary>Adds a version of a key, newer than all it has, to be filled by the caller.</summary>
    public ref KvRow AddVersion(int entry, ulong time)
    {
        var at = Rows.Add();
        ref var key = ref Entries[entry];
        if (key.Count == 1)
        {
            names.Add(ref key.Versions, 0, new KvVersionName(Rows[key.Newest].Time, key.Newest));
        }

        if (key.Count > 0)
        {
            names.Add(ref key.Versions, key.Count, new KvVersionName(time, at));
        }

        key.Count++;
        key.Newest = at;
        ref var row = ref Rows[at];
        row.Time = time;
        row.Entry = entry;
        return ref row;
    }

    /// <summary>The versions of a key that has more than one, oldest first.</summary>
    public ReadOnlySpan<KvVersionName> VersionsOf(in KvEntry entry) => names.Of(entry.Versions, entry.Count);

    /// <summary>The version that a write made, or null. O(log versions of the generation).</summary>
    public KvNode? NodeOf(long sequence, int ordinal) => RowOf(sequence, ordinal) is var row and >= 0 ? new KvNode(this, row) : null;

    /// <summary>The row of the version that a write made; negative when there is none. O(log versions of the generation).</summary>
    public int RowOf(long sequence, int ordinal)
    {
        var (low, high) = (0, Rows.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            ref var row = ref Rows[middle];
            (low, high) = row.Sequence < sequence || (row.Sequence == sequence && row.Ordinal < ordinal) ? (middle + 1, high) : (low, middle);
        }

        return low < Rows.Count && Rows[low].Sequence == sequence && Rows[low].Ordinal == ordinal ? low : -1;
    }

    /// <summary>Lets the index of lineage go. Who holds it already may go on reading it.</summary>
    public void ForgetLineage() => Lineage = null;

    /// <summary>Copies bytes to where the generation keeps keys and values.</summary>
    public (int Slab, int Offset) Keep(ReadOnlySpan<byte> bytes)
    {
        if (slabs.Length == 0 || bytes.Length > slabs[^1].Length - slabUsed)
        {
            var size = slabs.Length == 0 ? SlabBytesMin : Math.Min(slabs[^1].Length * 2, SlabBytesMax);
            Array.Resize(ref slabs, slabs.Length + 1);
            slabs[^1] = SparesOf<byte>.TakeSlab(Math.Max(size, bytes.Length), SlabBytesMax);
            slabUsed = 0;
        }

        var offset = slabUsed;
        bytes.CopyTo(slabs[^1].AsSpan(offset));
        slabUsed += bytes.Length;
        return (slabs.Length - 1, offset);
    }

    public void Extend(long sequence, int bytes)
    {
        LastSequence = sequence;
        RecordBytes += bytes;
    }

    /// <summary>
    /// The entries in order of their keys' bytes; the array is never changed afterwards. Sorting happens outside the gate,
    /// which is held only to count the keys that came since the last call.
    /// </summary>
    public int[] SortedEntries(Lock gate)
    {
        lock (sorting)
        {
            int count;
            lock (gate)
            {
                count = KeyCount;
            }

            if (count > sorted.Length)
            {
                var added = KvKeyOrder.Sort(this, sorted.Length, count);
                sorted = sorted.Length == 0 ? added : KvKeyOrder.Merge(this, sorted, added);
            }

            return sorted;
        }
    }

    /// <summary>A key as text.</summary>
    public string TextOf(int entry) => Encoding.UTF8.GetString(KeyOf(entry));
}
