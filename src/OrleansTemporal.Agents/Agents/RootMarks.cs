using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Where readers of a log are and what the root is there, so that who goes on reading costs no second look. Thread-safe.</summary>
internal sealed class RootMarks
{
    private const int CountMax = 64;

    private readonly Lock gate = new();
    private readonly Queue<long> order = new();
    private readonly SortedDictionary<long, Distinction> marks = [];

    /// <summary>Remembers a root; the mark that was set first makes room.</summary>
    public void Set(long sequence, Distinction root)
    {
        lock (gate)
        {
            if (!marks.TryAdd(sequence, root))
            {
                return;
            }

            order.Enqueue(sequence);
            if (order.Count > CountMax)
            {
                marks.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>The mark nearest to a sequence, of those from <paramref name="position"/> on; that itself when there is none.</summary>
    public (long Sequence, Distinction Root) NearestBefore(long sequence, (long Sequence, Distinction Root) position)
    {
        lock (gate)
        {
            foreach (var (at, root) in marks)
            {
                if (at > sequence)
                {
                    break;
                }

                position = at > position.Sequence ? (at, root) : position;
            }

            return position;
        }
    }
}
