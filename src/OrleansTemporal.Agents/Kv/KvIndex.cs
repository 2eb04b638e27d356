using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Kv;

/// <summary>
/// The newest place of each key in memory: open addressing with linear probing over slots of 12 bytes. Slots that point
/// into generations which were let go are reused, and dropped when a table is made anew. Large indexes are many tables, so
/// that making one anew takes well below a millisecond of the gate. What a look-up reads besides the slots lies together
/// for all tables, so that it waits for one place of memory and not for three in a row.
/// </summary>
internal sealed class KvIndex
{
    private const int SlotsMin = 16;
    private const int TableBits = 10;

    // Beyond, one table becomes many.
    private const int SlotsOfOneTableMax = 4_096;

    // 3 KB: smaller ones are made where they are needed.
    private const int SlotsOfSpareMin = 256;

    private Table[] tables = [new Table(SlotsMin)];
    private int shift = 32;

    public void Clear()
    {
        tables = [new Table(SlotsMin)];
        shift = 32;
    }

    public bool TryFind(in KvLookup lookup, KvMemory memory, out KvPlace place)
    {
        ref var table = ref TableOf(lookup.Hash);
        var mask = table.Mask;
        for (var at = (int)lookup.Hash & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref table.SlotAt(at);
            if (slot.Generation == 0)
            {
                place = default;
                return false;
            }

            if (slot.Hash == lookup.Hash && memory.IsResident(slot.Generation) && memory[slot.Generation].KeyOf(slot.Entry).SequenceEqual(lookup.Key))
            {
                place = new KvPlace(slot.Generation, slot.Entry);
                return true;
            }
        }
    }

    /// <summary>
    /// Where a key may be, for who only wants to know what is worth to be looked up elsewhere, or to bring it near to the
    /// processor. Needs no gate: what it says may be over at once, or never have been.
    /// </summary>
    public bool TryGuess(uint hash, int oldestGeneration, out KvPlace place)
    {
        // One table, or as many as the first bits of a hash choose from: the shift may belong to others already, and so may the
        // mask of a table.
        var known = Volatile.Read(ref tables);
        var slots = known[known.Length == 1 ? 0 : hash >> (32 - TableBits)].Slots;
        var mask = slots.Length - 1;
        for (var (at, left) = ((int)hash & mask, slots.Length); left > 0; (at, left) = ((at + 1) & mask, left - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Generation == 0)
            {
                break;
            }

            if (slot.Hash == hash && slot.Generation >= oldestGeneration)
            {
                place = new KvPlace(slot.Generation, slot.Entry);
                return true;
            }
        }

        place = default;
        return false;
    }

    /// <summary>The slot of a key, whose generation is 0 or one that was let go when it is new. The caller fills it at once.</summary>
    public ref Slot FindOrAdd(in KvLookup lookup, KvMemory memory)
    {
        ref var table = ref TableOf(lookup.Hash);
        if (table.IsFull)
        {
            Grow(lookup.Hash, memory);
            table = ref TableOf(lookup.Hash);
        }

        var mask = table.Mask;
        var reusable = -1;
        for (var at = (int)lookup.Hash & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref table.SlotAt(at);
            if (slot.Generation == 0)
            {
                if (reusable < 0)
                {
                    table.Used++;
                    reusable = at;
                }

                ref var taken = ref table.SlotAt(reusable);
                taken = new Slot { Hash = lookup.Hash };
                return ref taken;
            }

            if (!memory.IsResident(slot.Generation))
            {
                reusable = reusable < 0 ? at : reusable;
            }
            else if (slot.Hash == lookup.Hash && memory[slot.Generation].KeyOf(slot.Entry).SequenceEqual(lookup.Key))
            {
                return ref slot;
            }
        }
    }

    private ref Table TableOf(uint hash) => ref tables[(uint)((ulong)hash >> shift)];

    // Rare and long: what is not compiled to the end at once would be compiled in the middle of it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow(uint hash, KvMemory memory)
    {
        var number = (uint)((ulong)hash >> shift);
        var full = tables[number];
        if (tables.Length > 1 || full.Slots.Length < SlotsOfOneTableMax)
        {
            tables[number] = full.Renewed(memory);
            return;
        }

        // Whoever looks without the gate finds tables that are there, be they empty.
        var many = new Table[1 << TableBits];
        for (var i = 0; i < many.Length; i++)
        {
            many[i] = new Table(SlotsMin);
        }

        shift = 32 - TableBits;
        Volatile.Write(ref tables, many);
        foreach (var slot in full.Slots)
        {
            if (slot.Generation != 0 && memory.IsResident(slot.Generation))
            {
                // Chance may give one table many.
                ref var table = ref TableOf(slot.Hash);
                if (table.IsFull)
                {
                    table = table.Renewed(memory);
                }

                table.Put(slot);
            }
        }
    }

    /// <summary>Where a key is.</summary>
    internal struct Slot
    {
        public uint Hash;
        public int Generation;
        public int Entry;
    }

    internal struct Table(int size)
    {
        public readonly Slot[] Slots = Emptied(size);
        public readonly int Mask = size - 1;
        public int Used;

        public readonly bool IsFull => Used > Mask - ((Mask + 1) >> 2);

        /// <summary>Under the gate, where the mask is that of the slots. Not checked: the length stands far from most slots.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly ref Slot SlotAt(int at) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Slots), at & Mask);

        // A small one comes from what the thread has at hand. A page that is read before it is written is made twice, and the
        // second time every processor that runs a thread of the process is interrupted for it: spare arrays are written.
        private static Slot[] Emptied(int size) => size < SlotsOfSpareMin ? new Slot[size] : SparesOf<Slot>.Take(size);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly Table Renewed(KvMemory memory)
        {
            var living = 0;
            foreach (ref var slot in Slots.AsSpan())
            {
                living += slot.Generation != 0 && memory.IsResident(slot.Generation) ? 1 : 0;
            }

            var renewed = new Table((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(SlotsMin, living * 2 + 1)));
            foreach (ref var slot in Slots.AsSpan())
            {
                if (slot.Generation != 0 && memory.IsResident(slot.Generation))
                {
                    renewed.Put(slot);
                }
            }

            return renewed;
        }

        public void Put(in Slot slot)
        {
            var at = (int)slot.Hash & Mask;
            while (SlotAt(at).Generation != 0)
            {
                at = (at + 1) & Mask;
            }

            SlotAt(at) = slot;
            Used++;
        }
    }
}
