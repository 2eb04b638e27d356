using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Walks over several runs as if they were one. Allocates nothing per entry. Not thread-safe.</summary>
public sealed class MergedRunCursor
{
    private readonly RunCursor[] cursors;
    private readonly List<RunCursor> heap;
    private bool isPlaced;

    internal MergedRunCursor(RunCursor[] cursors)
    {
        this.cursors = cursors;
        heap = new(cursors.Length);
    }

    /// <summary>The current entry's key, valid until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key => heap[0].Key;

    /// <summary>The current entry's key, valid until the cursor moves.</summary>
    public ReadOnlyMemory<byte> KeyMemory => heap[0].KeyMemory;

    /// <summary>The current entry.</summary>
    public RunEntry Current => heap[0].Current;

    /// <summary>Moves to the next entry; from a new cursor, to the first one.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (!isPlaced)
        {
            return StartAsync(cancellationToken);
        }

        if (heap.Count == 0)
        {
            return new(false);
        }

        var moved = heap[0].MoveNextAsync(cancellationToken);
        return moved.IsCompletedSuccessfully ? new(Settle(moved.Result)) : SettleAsync(moved);
    }

    /// <summary>Moves to the first entry of the next key.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<bool> MoveToNextKeyAsync(CancellationToken cancellationToken)
    {
        if (!isPlaced || heap.Count == 0)
        {
            return await MoveNextAsync(cancellationToken).ConfigureAwait(false);
        }

        var leaving = KeyMemory.ToArray();
        while (heap.Count > 0 && Key.SequenceEqual(leaving))
        {
            Settle(await heap[0].MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false));
        }

        return heap.Count > 0;
    }

    /// <summary>Moves to the newest version of a key within a bound, or else to the entry after that place.</summary>
    /// <returns>False when there is no entry there, or none with the prefix.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<bool> SeekAsync(ReadOnlyMemory<byte> target, RunBound bound, CancellationToken cancellationToken)
    {
        heap.Clear();
        isPlaced = true;
        foreach (var cursor in cursors)
        {
            if (await cursor.SeekAsync(target, bound, cancellationToken).ConfigureAwait(false))
            {
                heap.Add(cursor);
            }
        }

        Order();
        return heap.Count > 0;
    }

    private async ValueTask<bool> StartAsync(CancellationToken cancellationToken)
    {
        isPlaced = true;
        foreach (var cursor in cursors)
        {
            if (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                heap.Add(cursor);
            }
        }

        Order();
        return heap.Count > 0;
    }

    private async ValueTask<bool> SettleAsync(ValueTask<bool> moved) => Settle(await moved.ConfigureAwait(false));

    /// <summary>Restores the heap after its top has moved, or has ended.</summary>
    private bool Settle(bool hasMore)
    {
        if (!hasMore)
        {
            heap[0] = heap[^1];
            heap.RemoveAt(heap.Count - 1);
        }

        SiftDown(0);
        return heap.Count > 0;
    }

    private void Order()
    {
        for (var i = (heap.Count / 2) - 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    private void SiftDown(int parent)
    {
        while (true)
        {
            var least = parent;
            for (var child = (2 * parent) + 1; child <= (2 * parent) + 2 && child < heap.Count; child++)
            {
                if (Compare(heap[child], heap[least]) < 0)
                {
                    least = child;
                }
            }

            if (least == parent)
            {
                return;
            }

            (heap[parent], heap[least]) = (heap[least], heap[parent]);
            parent = least;
        }
    }

    private static int Compare(RunCursor left, RunCursor right) =>
        RunOrder.Compare(left.Key, left.Current, right.Key, right.Current);
}
