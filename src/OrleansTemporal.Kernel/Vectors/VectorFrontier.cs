namespace OrleansTemporal.Vectors;

/// <summary>Rows still to be looked at, nearest on top: a binary heap of keys. Not thread-safe.</summary>
internal sealed class VectorFrontier
{
    private ulong[] heap = new ulong[256];

    public int Count { get; private set; }

    public ulong Nearest => heap[0];

    public void Clear() => Count = 0;

    public void Push(ulong key)
    {
        if (Count == heap.Length)
        {
            Array.Resize(ref heap, Count * 2);
        }

        var place = Count++;
        while (place > 0 && heap[(place - 1) >> 1] > key)
        {
            heap[place] = heap[(place - 1) >> 1];
            place = (place - 1) >> 1;
        }

        heap[place] = key;
    }

    public ulong Pop()
    {
        var top = heap[0];
        var last = heap[--Count];
        var place = 0;
        while (true)
        {
            var child = (place << 1) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && heap[child + 1] < heap[child])
            {
                child++;
            }

            if (heap[child] >= last)
            {
                break;
            }

            heap[place] = heap[child];
            place = child;
        }

        heap[place] = last;
        return top;
    }
}
