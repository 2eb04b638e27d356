namespace OrleansTemporal.Vectors;

/// <summary>
/// When which row was there: entries with their interval of system time, from inclusive, to exclusive, several for a row
/// that came more than once. One thread writes, in the order of system time; any number read, as of a moment whose
/// entries they know to be written.
/// </summary>
public sealed unsafe class VectorHistory
{
    private const int ChunkBytes = 1 << 14;

    private readonly FlatMemory<ulong> from = new(1, ChunkBytes);
    private readonly FlatMemory<ulong> to = new(1, ChunkBytes);
    private readonly FlatMemory<int> rowOf = new(1, ChunkBytes);
    private readonly FlatMemory<int> earlierOf = new(1, ChunkBytes);

    // By row: its newest entry plus one, or 0.
    private readonly FlatMemory<int> newestOf = new(1, ChunkBytes);

    // By row: how many of its entries have not ended.
    private readonly FlatMemory<int> openOf = new(1, ChunkBytes);
    private readonly FlatMemory<ulong> ends = new(1, ChunkBytes);
    private int count;
    private int ended;
    private int liveRows;

    /// <summary>Entries so far.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Rows that are there now.</summary>
    public int LiveRows => Volatile.Read(ref liveRows);

    /// <summary>Bytes of memory.</summary>
    public long Bytes => from.Bytes + to.Bytes + rowOf.Bytes + earlierOf.Bytes + newestOf.Bytes + openOf.Bytes + ends.Bytes;

    /// <summary>Notes that a row is there from a moment on.</summary>
    /// <returns>The entry's number, counted from 0.</returns>
    public int Add(int row, ulong time)
    {
        var entry = count;
        from.Ensure(entry + 1);
        to.Ensure(entry + 1);
        rowOf.Ensure(entry + 1);
        earlierOf.Ensure(entry + 1);
        newestOf.Ensure(row + 1);
        openOf.Ensure(row + 1);
        liveRows += (*openOf.At(row))++ == 0 ? 1 : 0;
        *from.At(entry) = time;
        *to.At(entry) = ulong.MaxValue;
        *rowOf.At(entry) = row;
        *earlierOf.At(entry) = *newestOf.At(row);
        Volatile.Write(ref *newestOf.At(row), entry + 1);
        Volatile.Write(ref count, entry + 1);
        return entry;
    }

    /// <summary>Notes that an entry is not there any more from a moment on.</summary>
    public void End(int entry, ulong time)
    {
        ends.Ensure(ended + 1);
        *ends.At(ended) = time;
        Volatile.Write(ref *to.At(entry), time);
        Volatile.Write(ref ended, ended + 1);
        liveRows -= --*openOf.At(*rowOf.At(entry)) == 0 ? 1 : 0;
    }

    /// <summary>The row of an entry.</summary>
    public int RowOf(int entry) => *rowOf.At(entry);

    /// <summary>The moment from which an entry is there.</summary>
    public ulong BeginOf(int entry) => *from.At(entry);

    /// <summary>The moment from which an entry is there no more; the highest number while it is.</summary>
    public ulong EndOf(int entry) => Volatile.Read(ref *to.At(entry));

    /// <summary>Whether an entry is there at a moment.</summary>
    public bool IsLive(int entry, ulong time) => *from.At(entry) <= time && time < Volatile.Read(ref *to.At(entry));

    /// <summary>The newest entry of a row; −1 when it has none.</summary>
    public int NewestOf(int row) => row < newestOf.CountMax ? Volatile.Read(ref *newestOf.At(row)) - 1 : -1;

    /// <summary>The entry of the same row before this one; −1 when it is the first.</summary>
    public int EarlierThan(int entry) => *earlierOf.At(entry) - 1;

    /// <summary>The newest entry of a row that is there at a moment; −1 when none is.</summary>
    public int LiveEntryOf(int row, ulong time)
    {
        var entry = NewestOf(row);
        while (entry >= 0 && !IsLive(entry, time))
        {
            entry = EarlierThan(entry);
        }

        return entry;
    }

    /// <summary>Entries that began at or before a moment: the first so many. Cost: a binary search.</summary>
    public int CountBegun(ulong time) => CountUpTo(from, Count, time);

    /// <summary>Entries that are there at a moment. Cost: two binary searches.</summary>
    public int CountLive(ulong time) => CountBegun(time) - CountUpTo(ends, Volatile.Read(ref ended), time);

    private static int CountUpTo(FlatMemory<ulong> times, int count, ulong time)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (*times.At(middle) <= time)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
