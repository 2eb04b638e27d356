using System.Buffers.Binary;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>
/// Eight bytes that ascend as the columns of an order do: where those of two rows differ, so do their orders, and in the same
/// sense. Of a number in the first column, up or down, they hold twelve digits, since the bytes of <see cref="ValueOrder"/> spell
/// its power of ten out and would leave room for three.
/// </summary>
internal static class ViewOrderPrefix
{
    private const int PointBytes = 4;
    private const uint PointBias = 1u << 31;
    private const int PointMax = 127;
    private const int DigitBits = 4;
    private const int DigitMax = (1 << DigitBits) - 1;
    private const int DigitsMax = 12;
    private const ulong BelowRank = ulong.MaxValue >> 8;

    /// <summary>The prefix of an order, or of the beginning of one, which is below all that begin so. O(1).</summary>
    public static ulong Of(ReadOnlySpan<byte> order)
    {
        if (order.IsEmpty)
        {
            return 0;
        }

        var rank = order[0];
        return ValueOrder.IsNumber(rank) ? OfNumber(order, inverted: 0)
            : ValueOrder.IsNumber((byte)~rank) ? ~OfNumber(order, inverted: 0xFF)
            : OfBytes(order);
    }

    private static ulong OfNumber(ReadOnlySpan<byte> order, byte inverted)
    {
        var rank = (byte)(order[0] ^ inverted);
        var isNegative = rank == ValueOrder.Negative;
        var flip = (byte)(inverted ^ (isNegative ? 0xFF : 0));
        Span<byte> spelled = stackalloc byte[PointBytes];
        spelled.Clear();
        order[1..Math.Min(order.Length, 1 + PointBytes)].CopyTo(spelled);
        var point = (int)((BinaryPrimitives.ReadUInt32BigEndian(spelled) ^ (flip == 0 ? 0 : uint.MaxValue)) - PointBias);

        // Beyond these powers of ten the digits say nothing, so all that are there are alike.
        var low = point < -PointMax ? 0UL : point > PointMax ? BelowRank : ((ulong)(point + PointMax + 1) << (DigitsMax * DigitBits)) | Digits(order[Math.Min(order.Length, 1 + PointBytes)..], flip);
        return ((ulong)rank << 56) | (isNegative ? BelowRank - low : low);
    }

    // A digit more than none, which is what ends them.
    private static ulong Digits(ReadOnlySpan<byte> digits, byte flip)
    {
        var packed = 0UL;
        for (var i = 0; i < DigitsMax; i++)
        {
            var digit = (i < digits.Length ? digits[i] : 0) ^ flip;
            if (digit == 0)
            {
                return packed << (DigitBits * (DigitsMax - i));
            }

            packed = (packed << DigitBits) | (uint)Math.Clamp(digit - '0' + 1, 1, DigitMax);
        }

        return packed;
    }

    private static ulong OfBytes(ReadOnlySpan<byte> order)
    {
        if (order.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(order);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        order.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
