namespace OrleansTemporal.Series;

/// <summary>Ordinals of series, ascending. One writes, others may read what was there.</summary>
internal sealed class SeriesPostings
{
    private int[] ordinals = [];
    private int count;

    /// <summary>No series. Nobody adds to it.</summary>
    public static SeriesPostings None { get; } = new();

    /// <summary>How many.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Those that are there now.</summary>
    public ReadOnlySpan<int> Ordinals
    {
        get
        {
            // The array is written before the count, so it has at least as many.
            var seen = Count;
            return Volatile.Read(ref ordinals).AsSpan(0, seen);
        }
    }

    /// <summary>Adds a greater one.</summary>
    public void Add(int ordinal)
    {
        if (count == ordinals.Length)
        {
            var larger = new int[Math.Max(2, count * 2)];
            ordinals.CopyTo(larger, 0);
            Volatile.Write(ref ordinals, larger);
        }

        ordinals[count] = ordinal;
        Volatile.Write(ref count, count + 1);
    }
}
