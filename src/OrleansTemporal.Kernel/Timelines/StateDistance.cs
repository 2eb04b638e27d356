using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Timelines;

/// <summary>How far apart two dense vectors are; sums are taken in double precision.</summary>
public static class StateDistance
{
    /// <summary>The Euclidean length of the differences. O(n), whole vectors at a time where nothing differs.</summary>
    public static double L2(ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length);
        var a = MemoryMarshal.Cast<float, int>(from);
        var b = MemoryMarshal.Cast<float, int>(to);
        var (sum, i) = (0d, 0);
        for (; i <= a.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (!Vector.EqualsAll(new Vector<int>(a[i..]), new Vector<int>(b[i..])))
            {
                sum += Squares(from, to, i, i + Vector<int>.Count);
            }
        }

        return Math.Sqrt(sum + Squares(from, to, i, from.Length));
    }

    /// <summary>
    /// One less the cosine of the angle between two vectors, 0 to 2: 0 for the same direction, and for two vectors of zeros;
    /// 1 when one of them alone is zeros. O(n).
    /// </summary>
    public static double Cosine(ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length);
        var (dot, left, right) = (0d, 0d, 0d);
        for (var i = 0; i < from.Length; i++)
        {
            double a = from[i], b = to[i];
            dot += a * b;
            left += a * a;
            right += b * b;
        }

        // Roundings of the two sums could else make equal vectors differ.
        return left == 0 && right == 0 ? 0
            : left == 0 || right == 0 ? 1
            : from.SequenceEqual(to) ? 0
            : Math.Clamp(1 - (dot / (Math.Sqrt(left) * Math.Sqrt(right))), 0, 2);
    }

    private static double Squares(ReadOnlySpan<float> from, ReadOnlySpan<float> to, int first, int end)
    {
        var sum = 0d;
        for (var i = first; i < end; i++)
        {
            var difference = (double)to[i] - from[i];
            sum += difference * difference;
        }

        return sum;
    }
}
