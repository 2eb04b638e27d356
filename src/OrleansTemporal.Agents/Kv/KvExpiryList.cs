namespace OrleansTemporal.Kv;

/// <summary>
/// What ends of the deltas of one generation that is not sealed yet. A write adds in constant time; sorting happens
/// outside the gate, when somebody asks.
/// </summary>
internal sealed class KvExpiryList(long firstSequence)
{
    private readonly Lock sorting = new();
    private GrowingArray<KvExpiring> fresh = new(0);
    private KvExpiring[] sorted = [];

    public long FirstSequence => firstSequence;

    /// <summary>The last sequence of the generation; none before it is cut.</summary>
    public long LastSequence { get; set; } = long.MaxValue;

    /// <summary>Under the gate.</summary>
    public void Add(in KvExpiring expiring) => fresh.Add(expiring);

    /// <summary>All in the order of time; the array is never changed afterwards.</summary>
    public KvExpiring[] Sorted(Lock gate)
    {
        lock (sorting)
        {
            GrowingArray<KvExpiring> added;
            lock (gate)
            {
                if (fresh.Count == 0)
                {
                    return sorted;
                }

                (added, fresh) = (fresh, new(0));
            }

            var newer = InOrder(added);
            return sorted = sorted.Length == 0 ? newer : Merge(sorted, newer);
        }
    }

    // Numbers are sorted, and what they stand for is moved once; of those that end at one instant few are left to compare.
    private static KvExpiring[] InOrder(GrowingArray<KvExpiring> added)
    {
        var (instants, places) = (new ulong[added.Count], new int[added.Count]);
        for (var i = 0; i < instants.Length; i++)
        {
            (instants[i], places[i]) = (added[i].ExpiresAt.Value, i);
        }

        instants.AsSpan().Sort(places.AsSpan());
        var ordered = new KvExpiring[instants.Length];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = added[places[i]];
        }

        for (var (first, end) = (0, 0); first < ordered.Length; first = end)
        {
            while (end < ordered.Length && instants[end] == instants[first])
            {
                end++;
            }

            if (end - first > 1)
            {
                ordered.AsSpan(first, end - first).Sort();
            }
        }

        return ordered;
    }

    private static KvExpiring[] Merge(ReadOnlySpan<KvExpiring> left, ReadOnlySpan<KvExpiring> right)
    {
        var merged = new KvExpiring[left.Length + right.Length];
        var (l, r) = (0, 0);
        for (var i = 0; i < merged.Length; i++)
        {
            merged[i] = r == right.Length || (l < left.Length && left[l].CompareTo(right[r]) < 0) ? left[l++] : right[r++];
        }

        return merged;
    }
}
