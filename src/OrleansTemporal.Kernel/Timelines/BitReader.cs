using System.Buffers.Binary;
using System.Numerics;

namespace OrleansTemporal.Timelines;

/// <summary>Reads what <see cref="RiceCode"/> has written; behind the end there are zeros, and <see cref="IsOver"/> says so.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private const int WordBits = 32;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private long at;

    /// <summary>True when more bits were read than there are.</summary>
    public readonly bool IsOver => at > (long)bytes.Length * 8;

    /// <summary>Whole bytes that the bits read so far take.</summary>
    public readonly int BytesRead => (int)((at + 7) / 8);

    /// <summary>Counts zeros up to a one and moves behind it; ends behind the input when there are more than a bound.</summary>
    public int ReadZeros(int max)
    {
        var zeros = 0;
        while (true)
        {
            var word = Peek();
            if (word != 0)
            {
                var more = BitOperations.TrailingZeroCount(word);
                zeros += more;
                at += more + 1;
                return zeros;
            }

            zeros += 32;
            at += 32;
            if (IsOver || zeros > max)
            {
                at = long.MaxValue / 2;
                return zeros;
            }
        }
    }

    /// <summary>Reads up to 31 bits, the highest first.</summary>
    public uint Read(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        // Zeros behind the end, as of single bits.
        var bits = BitOrder.Reverse(Peek()) >> (WordBits - count);
        at += count;
        return bits;
    }

    // The next 32 bits, zeros behind the end.
    private readonly uint Peek()
    {
        var place = at >> 3;
        if (place >= bytes.Length)
        {
            return 0;
        }

        var rest = bytes[(int)place..];
        if (rest.Length >= sizeof(ulong))
        {
            return (uint)(BinaryPrimitives.ReadUInt64LittleEndian(rest) >> (int)(at & 7));
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        rest.CopyTo(padded);
        return (uint)(BinaryPrimitives.ReadUInt64LittleEndian(padded) >> (int)(at & 7));
    }
}
