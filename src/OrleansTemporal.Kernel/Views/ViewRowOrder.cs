using System.Runtime.InteropServices;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>
/// Rows by order, key and beginning. Sorted leaves under one sorted list of them: to find costs two binary searches, to add
/// the moving of some numbers. The first bytes of each row's order stand beside its number, so that a search looks into
/// rows only where these are equal. Rows are numbered in one list: leaves are written to all over, and if they held references
/// each collection of the young would look through all of them. Not thread-safe.
/// </summary>
internal sealed class ViewRowOrder
{
    private const int LeafRowsMax = 256;

    private readonly List<List<Entry>> leaves = [];

    // The first entry of each leaf.
    private readonly List<Entry> heads = [];

    // By number; null where one is free.
    private readonly List<ViewRow?> rows = [];
    private readonly Stack<int> free = [];

    public int Count => rows.Count - free.Count;

    public void Add(ViewRow row)
    {
        var entry = new Entry(ViewOrderPrefix.Of(row.Order), NumberOf(row));
        if (leaves.Count == 0)
        {
            leaves.Add(new List<Entry>(LeafRowsMax) { entry });
            heads.Add(entry);
            return;
        }

        var at = LeafOf(entry.Prefix, row.Order, row.Key, row.From);
        var leaf = leaves[at];
        var place = PlaceIn(leaf, entry.Prefix, row.Order, row.Key, row.From);
        leaf.Insert(place, entry);
        heads[at] = leaf[0];
        if (leaf.Count < LeafRowsMax)
        {
            return;
        }

        // Rows often come in their order; a leaf that is never added to again is left full.
        var kept = at == leaves.Count - 1 && place == leaf.Count - 1 ? place : leaf.Count / 2;
        var next = new List<Entry>(LeafRowsMax);
        next.AddRange(CollectionsMarshal.AsSpan(leaf)[kept..]);
        leaf.RemoveRange(kept, leaf.Count - kept);
        leaves.Insert(at + 1, next);
        heads.Insert(at + 1, next[0]);
    }

    public void Remove(ViewRow row)
    {
        var prefix = ViewOrderPrefix.Of(row.Order);
        var at = LeafOf(prefix, row.Order, row.Key, row.From);
        var leaf = leaves[at];
        var place = PlaceIn(leaf, prefix, row.Order, row.Key, row.From);
        if (place == leaf.Count || !ReferenceEquals(rows[leaf[place].Row], row))
        {
            throw new InvalidOperationException("A row of a view is not where its order says.");
        }

        Free(leaf[place].Row);
        leaf.RemoveAt(place);
        if (leaf.Count == 0)
        {
            leaves.RemoveAt(at);
            heads.RemoveAt(at);
            return;
        }

        heads[at] = leaf[0];
    }

    /// <summary>Keeps the rows for which something holds.</summary>
    public void Keep(Func<ViewRow, bool> holds)
    {
        foreach (var leaf in leaves)
        {
            leaf.RemoveAll(entry =>
            {
                var isKept = holds(rows[entry.Row]!);
                if (!isKept)
                {
                    Free(entry.Row);
                }

                return !isKept;
            });
        }

        leaves.RemoveAll(static leaf => leaf.Count == 0);
        heads.Clear();
        heads.AddRange(leaves.Select(static leaf => leaf[0]));
    }

    /// <summary>Rows from a place on, inclusive; a place without a key is before all rows of its order.</summary>
    public IEnumerable<ViewRow> From(byte[] order, string? key, ulong from)
    {
        if (leaves.Count == 0)
        {
            yield break;
        }

        var prefix = ViewOrderPrefix.Of(order);
        var at = LeafOf(prefix, order, key, from);
        for (var place = PlaceIn(leaves[at], prefix, order, key, from); at < leaves.Count; at++, place = 0)
        {
            var leaf = leaves[at];
            for (; place < leaf.Count; place++)
            {
                yield return rows[leaf[place].Row]!;
            }
        }
    }

    private int NumberOf(ViewRow row)
    {
        if (free.TryPop(out var number))
        {
            rows[number] = row;
            return number;
        }

        rows.Add(row);
        return rows.Count - 1;
    }

    private void Free(int number)
    {
        rows[number] = null;
        free.Push(number);
    }

    // The last leaf that begins at or before a place; the first when none does.
    private int LeafOf(ulong prefix, ReadOnlySpan<byte> order, string? key, ulong from) =>
        Math.Max(0, CountBefore(CollectionsMarshal.AsSpan(heads), prefix, order, key, from, inclusive: true) - 1);

    private int PlaceIn(List<Entry> leaf, ulong prefix, ReadOnlySpan<byte> order, string? key, ulong from) =>
        CountBefore(CollectionsMarshal.AsSpan(leaf), prefix, order, key, from, inclusive: false);

    // How many of sorted entries are before a place, or at it. Of those with its prefix the last is looked at first: what
    // comes is mostly newer than what is there, and each look into a row waits for memory.
    private int CountBefore(ReadOnlySpan<Entry> entries, ulong prefix, ReadOnlySpan<byte> order, string? key, ulong from, bool inclusive)
    {
        var high = CountBelow(entries, prefix, inclusive: true);
        var most = inclusive ? 0 : -1;
        if (high == 0 || entries[high - 1].Prefix != prefix || Compare(rows[entries[high - 1].Row]!, order, key, from) <= most)
        {
            return high;
        }

        var low = CountBelow(entries[..--high], prefix, inclusive: false);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Compare(rows[entries[middle].Row]!, order, key, from) <= most ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static int CountBelow(ReadOnlySpan<Entry> entries, ulong prefix, bool inclusive)
    {
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var other = entries[middle].Prefix;
            (low, high) = other < prefix || (inclusive && other == prefix) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static int Compare(ViewRow row, ReadOnlySpan<byte> order, string? key, ulong from)
    {
        var byOrder = row.Order.AsSpan().SequenceCompareTo(order);
        if (byOrder != 0 || key is null)
        {
            return byOrder != 0 ? byOrder : 1;
        }

        var byKey = Utf8Order.Compare(row.Key, key);
        return byKey != 0 ? byKey : row.From.CompareTo(from);
    }

    // 12 bytes: many are moved when one comes between.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Entry(ulong prefix, int row)
    {
        public readonly ulong Prefix = prefix;
        public readonly int Row = row;
    }
}
