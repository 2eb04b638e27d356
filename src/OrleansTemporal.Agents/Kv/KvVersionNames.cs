namespace OrleansTemporal.Kv;

/// <summary>
/// The names of the versions of all keys of a generation that have more than one. A key's block is doubled when it is full;
/// the old one is left behind, so all blocks together take at most twice what the newest ones do.
/// </summary>
internal sealed class KvVersionNames
{
    private const int SlabCountMin = 64;
    private const int SlabCountMax = 64 << 10;
    private const int CapacityMin = 4;

    private KvVersionName[][] slabs = [];
    private int used;

    /// <summary>The first names of a block.</summary>
    public ReadOnlySpan<KvVersionName> Of(KvVersionBlock block, int count) => slabs[block.Slab].AsSpan(block.Offset, count);

    /// <summary>Adds a name behind those that a block has.</summary>
    public void Add(ref KvVersionBlock block, int count, KvVersionName name)
    {
        if (count == block.Capacity)
        {
            var larger = Take(Math.Max(CapacityMin, count * 2));
            if (count > 0)
            {
                Of(block, count).CopyTo(slabs[larger.Slab].AsSpan(larger.Offset));
            }

            block = larger;
        }

        slabs[block.Slab][block.Offset + count] = name;
    }

    private KvVersionBlock Take(int capacity)
    {
        if (slabs.Length == 0 || capacity > slabs[^1].Length - used)
        {
            var size = slabs.Length == 0 ? SlabCountMin : Math.Min(slabs[^1].Length * 2, SlabCountMax);
            Array.Resize(ref slabs, slabs.Length + 1);
            slabs[^1] = SparesOf<KvVersionName>.TakeSlab(Math.Max(size, capacity), SlabCountMax);
            used = 0;
        }

        used += capacity;
        return new KvVersionBlock(slabs.Length - 1, used - capacity, capacity);
    }
}
