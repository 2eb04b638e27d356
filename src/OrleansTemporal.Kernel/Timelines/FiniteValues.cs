using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Timelines;

/// <summary>Whether float32 values are numbers, and not infinite.</summary>
public static class FiniteValues
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>Whether all are. O(n), vectorised.</summary>
    public static bool All(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, int>(values);
        var mask = new Vector<int>(ExponentMask);
        var i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & mask, mask))
            {
                return false;
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & ExponentMask) == ExponentMask)
            {
                return false;
            }
        }

        return true;
    }
}
