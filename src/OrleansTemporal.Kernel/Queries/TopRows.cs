namespace OrleansTemporal.Queries;

/// <summary>
/// The first rows of an order, among any number: a heap of as many as are asked for, with the last on top.
/// Orders are bytes and compare as bytes; no two rows have the same. Not thread-safe.
/// </summary>
/// <typeparam name="TRow">What a row is.</typeparam>
public sealed class TopRows<TRow>(int countMax)
{
    private static readonly Comparer<ReadOnlyMemory<byte>> LastFirst =
        Comparer<ReadOnlyMemory<byte>>.Create(static (left, right) => right.Span.SequenceCompareTo(left.Span));

    private readonly PriorityQueue<TRow, ReadOnlyMemory<byte>> heap = new(LastFirst);

    /// <summary>Rows so far.</summary>
    public int Count => heap.Count;

    /// <summary>The order of the last row when no more fit; empty while every row is welcome.</summary>
    public ReadOnlyMemory<byte> Bound => heap.Count == countMax && heap.TryPeek(out _, out var last) ? last : default;

    /// <summary>Whether a row of this order would be among the first.</summary>
    public bool Welcomes(ReadOnlySpan<byte> order) =>
        heap.Count < countMax || (heap.TryPeek(out _, out var last) && order.SequenceCompareTo(last.Span) < 0);

    /// <summary>Adds a welcome row; answers the one that it drove out, if any.</summary>
    public bool Add(TRow row, ReadOnlyMemory<byte> order, out TRow? drivenOut)
    {
        if (heap.Count < countMax)
        {
            heap.Enqueue(row, order);
            drivenOut = default;
            return false;
        }

        drivenOut = heap.DequeueEnqueue(row, order);
        return true;
    }

    /// <summary>The rows, first to last; empties the heap.</summary>
    public TRow[] Drain()
    {
        var rows = new TRow[heap.Count];
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            rows[i] = heap.Dequeue();
        }

        return rows;
    }
}
