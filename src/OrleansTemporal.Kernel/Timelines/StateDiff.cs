using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Timelines;

/// <summary>Finds where two dense vectors differ.</summary>
internal static class StateDiff
{
    /// <summary>Places that differ by more than a bound, or in any bit when the bound is 0; ascending. O(n), whole vectors at a time where nothing differs.</summary>
    public static int[] Find(ReadOnlySpan<float> from, ReadOnlySpan<float> to, float minDiff)
    {
        var found = new List<int>();
        var a = MemoryMarshal.Cast<float, int>(from);
        var b = MemoryMarshal.Cast<float, int>(to);
        var i = 0;
        for (; i <= a.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (!Vector.EqualsAll(new Vector<int>(a[i..]), new Vector<int>(b[i..])))
            {
                AddDiffering(from, to, minDiff, i, i + Vector<int>.Count, found);
            }
        }

        AddDiffering(from, to, minDiff, i, a.Length, found);
        return [.. found];
    }

    private static void AddDiffering(ReadOnlySpan<float> from, ReadOnlySpan<float> to, float minDiff, int first, int end, List<int> found)
    {
        for (var i = first; i < end; i++)
        {
            var differs = minDiff == 0
                ? BitConverter.SingleToInt32Bits(from[i]) != BitConverter.SingleToInt32Bits(to[i])
                : Math.Abs((double)to[i] - from[i]) > minDiff;
            if (differs)
            {
                found.Add(i);
            }
        }
    }
}
