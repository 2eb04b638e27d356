using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>The nearest rows so far, nearest first: at most <see cref="Limit"/> keys in an array. Not thread-safe.</summary>
internal sealed class VectorBeam
{
    private ulong[] keys = new ulong[256];

    /// <summary>How many keys it keeps.</summary>
    public int Limit { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Distances above this find no place.</summary>
    public float Worst { get; private set; }

    /// <summary>The keys, nearest first.</summary>
    public Span<ulong> Keys => keys.AsSpan(0, Count);

    /// <summary>Empties it.</summary>
    public void Reset(int limit)
    {
        Limit = limit;
        Count = 0;
        Worst = float.PositiveInfinity;
        if (keys.Length < limit)
        {
            keys = new ulong[Math.Max(limit, keys.Length * 2)];
        }
    }

    /// <summary>Puts a key into its place, driving the farthest out when there is none left.</summary>
    /// <returns>Its place; <see cref="Limit"/> when it found none.</returns>
    public int Add(ulong key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (keys[middle] < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == Limit)
        {
            return Limit;
        }

        var moved = Math.Min(Count, Limit - 1) - low;
        keys.AsSpan(low, moved).CopyTo(keys.AsSpan(low + 1));
        keys[low] = key;
        Count = Math.Min(Count + 1, Limit);
        if (Count == Limit)
        {
            Worst = VectorKey.Distance(keys[Count - 1]);
        }

        return low;
    }

    /// <summary>Notes that a place's neighbours are looked at now, and answers its row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Expand(int place)
    {
        keys[place] |= VectorKey.Expanded;
        return VectorKey.Row(keys[place]);
    }

    /// <summary>The first place from here whose neighbours were not looked at; <see cref="Count"/> when there is none.</summary>
    public int NextUnexpanded(int place)
    {
        while (place < Count && (keys[place] & VectorKey.Expanded) != 0)
        {
            place++;
        }

        return place;
    }

    /// <summary>Takes a row out.</summary>
    public void Remove(int row)
    {
        for (var i = 0; i < Count; i++)
        {
            if (VectorKey.Row(keys[i]) == row)
            {
                keys.AsSpan(i + 1, Count - i - 1).CopyTo(keys.AsSpan(i));
                Count--;
                return;
            }
        }
    }
}
