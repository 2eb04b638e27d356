using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansTemporal.Vectors;

/// <summary>Sums over two rows of signed bytes with the widest registers there are. All are exact: 8,192 products of 127 and 127 fit into 32 bits.</summary>
internal static unsafe class VectorCodeKernels
{
    /// <summary>The sum of the products. Cost: about 20 ns for 784 codes that are in cache.</summary>
    /// <param name="left">Codes, none of them −128.</param>
    /// <param name="right">As many.</param>
    /// <param name="length">A multiple of <see cref="VectorCodes.Step"/>.</param>
    public static int Dot(sbyte* left, sbyte* right, int length) =>
        Avx512BW.IsSupported ? Dot512(left, right, length)
        : Avx2.IsSupported ? Dot256(left, right, length)
        : DotOfAny(left, right, length);

    /// <summary>With registers of 512 bits: bytes widened to 16 bits, multiplied and added in pairs.</summary>
    internal static int Dot512(sbyte* left, sbyte* right, int length)
    {
        Vector512<int> a = default, b = default;
        var i = 0;
        for (; i + 64 <= length; i += 64)
        {
            a += Avx512BW.MultiplyAddAdjacent(
                Avx512BW.ConvertToVector512Int16(Vector256.Load(left + i)), Avx512BW.ConvertToVector512Int16(Vector256.Load(right + i)));
            b += Avx512BW.MultiplyAddAdjacent(
                Avx512BW.ConvertToVector512Int16(Vector256.Load(left + i + 32)), Avx512BW.ConvertToVector512Int16(Vector256.Load(right + i + 32)));
        }

        if (i < length)
        {
            a += Avx512BW.MultiplyAddAdjacent(
                Avx512BW.ConvertToVector512Int16(Vector256.Load(left + i)), Avx512BW.ConvertToVector512Int16(Vector256.Load(right + i)));
        }

        return Vector512.Sum(a + b);
    }

    /// <summary>
    /// The same with registers of 256 bits: sizes times codes that have the sign of both, added in pairs. A pair is at most
    /// 2 × 127 × 127, which 16 bits hold, so nothing is cut off.
    /// </summary>
    internal static int Dot256(sbyte* left, sbyte* right, int length)
    {
        Vector256<int> a = default, b = default;
        var ones = Vector256.Create((short)1);
        var i = 0;
        for (; i + 64 <= length; i += 64)
        {
            var (first, second) = (Vector256.Load(left + i), Vector256.Load(left + i + 32));
            var firstPairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(first), Avx2.Sign(Vector256.Load(right + i), first));
            var secondPairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(second), Avx2.Sign(Vector256.Load(right + i + 32), second));
            a += Avx2.MultiplyAddAdjacent(firstPairs, ones);
            b += Avx2.MultiplyAddAdjacent(secondPairs, ones);
        }

        if (i < length)
        {
            var last = Vector256.Load(left + i);
            a += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(last), Avx2.Sign(Vector256.Load(right + i), last)), ones);
        }

        return Vector256.Sum(a + b);
    }

    /// <summary>The same on processors of any make.</summary>
    internal static int DotOfAny(sbyte* left, sbyte* right, int length)
    {
        Vector128<int> sum = default;
        for (var i = 0; i < length; i += 16)
        {
            var (first, second) = (Vector128.Load(left + i), Vector128.Load(right + i));
            var low = Vector128.WidenLower(first) * Vector128.WidenLower(second);
            var high = Vector128.WidenUpper(first) * Vector128.WidenUpper(second);
            sum += Vector128.WidenLower(low) + Vector128.WidenUpper(low) + Vector128.WidenLower(high) + Vector128.WidenUpper(high);
        }

        return Vector128.Sum(sum);
    }
}
