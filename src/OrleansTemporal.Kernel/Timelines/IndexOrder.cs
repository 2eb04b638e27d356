namespace OrleansTemporal.Timelines;

/// <summary>Puts many places of components in order: a radix sort, since they are small whole numbers and their own order is to be kept where they are equal.</summary>
internal static class IndexOrder
{
    private const int DigitBits = 11;
    private const int DigitCount = 1 << DigitBits;

    /// <summary>Where to look for the places one after the other, ascending, equal ones in their order. O(n) for each 11 bits of the largest.</summary>
    public static int[] Of(ReadOnlySpan<int> places)
    {
        var (order, next) = (new int[places.Length], new int[places.Length]);
        var max = 0;
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            max = Math.Max(max, places[i]);
        }

        Span<int> starts = stackalloc int[DigitCount];
        for (var shift = 0; shift < 32 && max >> shift > 0; shift += DigitBits)
        {
            starts.Clear();
            foreach (var place in places)
            {
                starts[(place >> shift) & (DigitCount - 1)]++;
            }

            var sum = 0;
            foreach (ref var start in starts)
            {
                (start, sum) = (sum, sum + start);
            }

            foreach (var at in order)
            {
                next[starts[(places[at] >> shift) & (DigitCount - 1)]++] = at;
            }

            (order, next) = (next, order);
        }

        return order;
    }
}
