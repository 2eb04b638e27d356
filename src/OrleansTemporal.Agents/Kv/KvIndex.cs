using System.Numerics;

namespace OrleansTemporal.Kv;

/// <summary>
/// The newest place of each key in memory: open addressing with linear probing over slots of 12 bytes. Slots that point
/// into generations which were let go are reused, and dropped when a table is made anew. Large indexes are many tables, so
/// that making one anew takes well below a millisecond of the gate.
/// </summary>
internal sealed class KvIndex
{
    private const int SlotsMin = 16;
    private const int TableBits = 8;

    // Beyond, one table becomes many.
    private const int SlotsOfOneTableMax = 8_192;

    private Table[] tables = [new Table(SlotsMin)];
    private int shift = 32;

    public void Clear()
    {
        tables = [new Table(SlotsMin)];
        shift = 32;
    }

    public bool TryFind(in KvLookup lookup, KvMemory memory, out KvPlace place)
    {
        var table = TableOf(lookup.Hash);
        var mask = table.Slots.Length - 1;
        for (var at = (int)lookup.Hash & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref table.Slots[at];
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

    /// <summary>The slot of a key, whose generation is 0 or one that was let go when it is new. The caller fills it at once.</summary>
    public ref Slot FindOrAdd(in KvLookup lookup, KvMemory memory)
    {
        var table = TableOf(lookup.Hash);
        if (table.Used >= table.Slots.Length - (table.Slots.Length >> 2))
        {
            Grow(lookup.Hash, memory);
            table = TableOf(lookup.Hash);
        }

        var mask = table.Slots.Length - 1;
        var reusable = -1;
        for (var at = (int)lookup.Hash & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref table.Slots[at];
            if (slot.Generation == 0)
            {
                if (reusable < 0)
                {
                    table.Used++;
                    reusable = at;
                }

                ref var taken = ref table.Slots[reusable];
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

    private Table TableOf(uint hash) => tables[(uint)((ulong)hash >> shift)];

    private void Grow(uint hash, KvMemory memory)
    {
        var number = (uint)((ulong)hash >> shift);
        var full = tables[number];
        if (tables.Length > 1 || full.Slots.Length < SlotsOfOneTableMax)
        {
            tables[number] = full.Renewed(memory);
            return;
        }

        shift = 32 - TableBits;
        tables = new Table[1 << TableBits];
        for (var i = 0; i < tables.Length; i++)
        {
            tables[i] = new Table(SlotsOfOneTableMax >> (TableBits - 1));
        }

        foreach (var slot in full.Slots)
        {
            if (slot.Generation != 0 && memory.IsResident(slot.Generation))
            {
                // Chance may give one table many.
                var table = TableOf(slot.Hash);
                tables[(uint)((ulong)slot.Hash >> shift)] = table = table.IsFull ? table.Renewed(memory) : table;
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

    private sealed class Table(int size)
    {
        public readonly Slot[] Slots = new Slot[size];
        public int Used;

        public bool IsFull => Used >= Slots.Length - (Slots.Length >> 2);

        public Table Renewed(KvMemory memory)
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
            var mask = Slots.Length - 1;
            var at = (int)slot.Hash & mask;
            while (Slots[at].Generation != 0)
            {
                at = (at + 1) & mask;
            }

            Slots[at] = slot;
            Used++;
        }
    }
}
