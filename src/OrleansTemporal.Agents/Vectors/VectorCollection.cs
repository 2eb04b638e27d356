using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>
/// The vectors of one collection with all their versions, and the index over them. Changed in the agent's gate; what a
/// search looks at is read outside of it, as of a moment whose versions are written.
/// </summary>
internal sealed class VectorCollection
{
    // A version, its places in the other lists, and half a place among the newest.
    private const int SlotBytes = 96;

    // What a string and an array have beside their characters and bytes.
    private const int ObjectBytes = 24;

    private static readonly byte[] NoMetadata = [];

    private readonly AppendedList<VectorSlot> slots = new();
    private readonly AppendedList<int> slotOfEntry = new();

    // By version: the one that replaced it, or −1.
    private readonly AppendedList<int> replacing = new();
    private readonly Dictionary<string, int> newest = new(StringComparer.Ordinal);
    private readonly float[] values;
    private long textBytes;

    /// <summary>Begins a collection.</summary>
    /// <param name="number">The sequence of its entry in the catalog.</param>
    /// <param name="settings">What it is.</param>
    /// <param name="seed">Decides its graphs.</param>
    public VectorCollection(long number, VectorSettings settings, ulong seed)
    {
        Number = number;
        Settings = settings;
        values = new float[settings.Dimensions];
        Index = new VectorIndex(settings.Dimensions, settings.Metric, new VectorGraphOptions
        {
            Neighbours = settings.Neighbours,
            ConstructionWidth = settings.ConstructionWidth,
            Seed = seed,
            Quantization = settings.Quantization,
        });
    }

    public long Number { get; }

    public VectorSettings Settings { get; }

    public VectorIndex Index { get; }

    /// <summary>What follows from what.</summary>
    public VectorDescent Descent { get; } = new();

    /// <summary>Vectors that are there, durable or not.</summary>
    public int LiveCount { get; private set; }

    public int VersionCount => slots.Count;

    /// <summary>Bytes of memory: vectors, graphs, histories, and about what versions take.</summary>
    public long Bytes => Index.Rows.Bytes + Index.GraphBytes + Index.History.Bytes + textBytes + ((long)slots.Count * SlotBytes);

    /// <summary>The version at a place.</summary>
    public ref readonly VectorSlot this[int slot] => ref slots[slot];

    /// <summary>The newest version of an id, durable or not; −1 when there is none. In the gate.</summary>
    public int NewestOf(string id) => newest.GetValueOrDefault(id, -1);

    /// <summary>The newest version of an id at a moment; −1 when there is none. In the gate.</summary>
    public int VersionAt(string id, ulong time)
    {
        var slot = NewestOf(id);
        while (slot >= 0 && slots[slot].Time > time)
        {
            slot = slots[slot].Previous;
        }

        return slot;
    }

    /// <summary>The version of an id that is there at a moment; −1 when none is. In the gate.</summary>
    public int LiveAt(string id, ulong time) => VersionAt(id, time) is var slot and >= 0 && !slots[slot].IsDelete ? slot : -1;

    /// <summary>The first version that a delta wrote; −1 when it wrote none here. Versions stand in the order of sequences.</summary>
    public int FirstOf(long sequence)
    {
        var (low, high) = (0, slots.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (slots[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < slots.Count && slots[low].Sequence == sequence ? low : -1;
    }

    /// <summary>The version that a write id of this agent names; −1 when it names none here.</summary>
    public int SlotOf(in WriteId write)
    {
        var slot = FirstOf(write.Sequence) is var first and >= 0 ? first + write.Ordinal : -1;
        return slot >= 0 && slot < slots.Count && slots[slot].Sequence == write.Sequence ? slot : -1;
    }

    /// <summary>The version that replaced one; −1 when none has.</summary>
    public int NextOf(int slot) => replacing[slot];

    /// <summary>The version that an entry of the history belongs to.</summary>
    public ref readonly VectorSlot SlotOfEntry(int entry) => ref slots[slotOfEntry[entry]];

    /// <summary>The values of a version that is no end.</summary>
    public ReadOnlySpan<float> ValuesOf(in VectorSlot slot) => Index.Rows[Index.History.RowOf(slot.Entry)];

    /// <summary>Folds a delta's operations. In the gate.</summary>
    public void Apply(VectorPayloadReader reader, long sequence, HybridTimestamp time, ImmutableArray<WriteId> causes)
    {
        if (reader.Dimensions != Settings.Dimensions)
        {
            throw Malformed($"has vectors of {reader.Dimensions} dimensions in a collection of {Settings.Dimensions}");
        }

        Descent.Add(sequence, causes);
        while (reader.MoveNext())
        {
            var id = System.Text.Encoding.UTF8.GetString(reader.Id);
            var previous = NewestOf(id);
            if (previous >= 0 && !slots[previous].IsDelete)
            {
                Index.End(slots[previous].Entry, time.Value);
                LiveCount--;
            }

            var entry = -1;
            var metadata = NoMetadata;
            if (!reader.IsDelete)
            {
                reader.CopyVector(values);
                metadata = reader.Metadata.IsEmpty ? NoMetadata : reader.Metadata.ToArray();
                entry = Index.History.Count;
                slotOfEntry.Add(slots.Count);
            }

            textBytes += (previous < 0 ? ObjectBytes + (id.Length * sizeof(char)) : 0) + (metadata.Length == 0 ? 0 : ObjectBytes + metadata.Length);
            replacing.Add(-1);
            newest[id] = slots.Add(new VectorSlot(previous >= 0 ? slots[previous].Id : id, metadata, time.Value, sequence, (ushort)reader.Ordinal, entry, previous));
            if (previous >= 0)
            {
                replacing.Set(previous, slots.Count - 1);
            }

            if (!reader.IsDelete)
            {
                // Last: from here on searches may come to it.
                Index.Add(Index.Rows.Intern(values), time.Value);
                LiveCount++;
            }
        }
    }

    private static TemporalException Malformed(string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"A vector delta {problem}.");
}
