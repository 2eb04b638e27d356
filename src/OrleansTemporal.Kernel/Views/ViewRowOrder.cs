using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>
/// Rows by order, key and beginning. Sorted leaves under one sorted list of them: to find costs two binary searches, to add
/// the moving of some references. Not thread-safe.
/// </summary>
internal sealed class ViewRowOrder
{
    private const int LeafRowsMax = 512;

    private readonly List<List<ViewRow>> leaves = [];

    public int Count { get; private set; }

    public void Add(ViewRow row)
    {
        Count++;
        if (leaves.Count == 0)
        {
            leaves.Add(new List<ViewRow>(LeafRowsMax) { row });
            return;
        }

        var at = LeafOf(row.Order, row.Key, row.From);
        var leaf = leaves[at];
        leaf.Insert(PlaceIn(leaf, row.Order, row.Key, row.From), row);
        if (leaf.Count < LeafRowsMax)
        {
            return;
        }

        // Rows often come in their order; a leaf that is never added to again is left full.
        var kept = at == leaves.Count - 1 && ReferenceEquals(leaf[^1], row) ? leaf.Count - 1 : leaf.Count / 2;
        var next = new List<ViewRow>(LeafRowsMax);
        next.AddRange(leaf.GetRange(kept, leaf.Count - kept));
        leaf.RemoveRange(kept, leaf.Count - kept);
        leaves.Insert(at + 1, next);
    }

    public void Remove(ViewRow row)
    {
        var at = LeafOf(row.Order, row.Key, row.From);
        var leaf = leaves[at];
        var place = PlaceIn(leaf, row.Order, row.Key, row.From);
        if (place == leaf.Count || !ReferenceEquals(leaf[place], row))
        {
            throw new InvalidOperationException("A row of a view is not where its order says.");
        }

        leaf.RemoveAt(place);
        Count--;
        if (leaf.Count == 0)
        {
            leaves.RemoveAt(at);
        }
    }

    /// <summary>Keeps the rows for which something holds.</summary>
    public void Keep(Func<ViewRow, bool> holds)
    {
        foreach (var leaf in leaves)
        {
            Count -= leaf.RemoveAll(row => !holds(row));
        }

        leaves.RemoveAll(static leaf => leaf.Count == 0);
    }

    /// <summary>Rows from a place on, inclusive; a place without a key is before all rows of its order.</summary>
    public IEnumerable<ViewRow> From(byte[] order, string? key, ulong from)
    {
        if (leaves.Count == 0)
        {
            yield break;
        }

        var at = LeafOf(order, key, from);
        for (var place = PlaceIn(leaves[at], order, key, from); at < leaves.Count; at++, place = 0)
        {
            var leaf = leaves[at];
            for (; place < leaf.Count; place++)
            {
                yield return leaf[place];
            }
        }
    }

    // The last leaf that begins at or before a place; the first when none does.
    private int LeafOf(ReadOnlySpan<byte> order, string? key, ulong from)
    {
        var (low, high) = (0, leaves.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            (low, high) = Compare(leaves[middle][0], order, key, from) <= 0 ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private static int PlaceIn(List<ViewRow> leaf, ReadOnlySpan<byte> order, string? key, ulong from)
    {
        var (low, high) = (0, leaf.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Compare(leaf[middle], order, key, from) < 0 ? (middle + 1, high) : (low, middle);
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
}
