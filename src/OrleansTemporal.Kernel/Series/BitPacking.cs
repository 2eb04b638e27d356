using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Series;

/// <summary>Unsigned numbers of a fixed number of bits, one after the other from the lowest bit of the first byte.</summary>
internal static class BitPacking
{
    // A number of so many bits lies within eight bytes wherever it begins.
    private const int FastWidthMax = 57;

    /// <summary>Bytes that a count of numbers takes.</summary>
    public static int GetLength(int count, int width) => (int)((((long)count * width) + 7) / 8);

    /// <summary>Writes the low bits of numbers; the destination is zero before.</summary>
    public static void Pack(ReadOnlySpan<ulong> values, int width, Span<byte> destination)
    {
        var mask = MaskOf(width);
        var (word, used, at) = (0ul, 0, 0);
        foreach (var value in values)
        {
            var low = value & mask;
            word |= low << used;
            used += width;
            if (used >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], word);
                at += sizeof(ulong);
                used -= 64;
                word = used == 0 ? 0 : low >> (width - used);
            }
        }

        for (; used > 0; used -= 8, word >>= 8)
        {
            destination[at++] = (byte)word;
        }
    }

    /// <summary>Reads numbers back.</summary>
    /// <param name="packed">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="width">0 to 64.</param>
    /// <param name="values">As many as are wanted.</param>
    public static void Unpack(ReadOnlySpan<byte> packed, int width, Span<ulong> values)
    {
        if (width == 0)
        {
            values.Clear();
            return;
        }

        var mask = MaskOf(width);
        var i = 0;
        if (width <= FastWidthMax && packed.Length >= sizeof(ulong))
        {
            // As many as have eight bytes from the one that they begin in.
            var fast = (int)Math.Min(values.Length, (((packed.Length - sizeof(ulong)) * 8L) / width) + 1);
            ref var first = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(packed);
            var bit = 0L;
            for (; i < fast; i++, bit += width)
            {
                var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, (nint)(bit >> 3)));
                values[i] = (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) >> (int)(bit & 7) & mask;
            }
        }

        for (; i < values.Length; i++)
        {
            values[i] = ReadSlowly(packed, (long)i * width, width) & mask;
        }
    }

    private static ulong ReadSlowly(ReadOnlySpan<byte> packed, long bit, int width)
    {
        var at = (int)(bit >> 3);
        var shift = (int)(bit & 7);
        var low = 0ul;
        var count = Math.Min(packed.Length - at, sizeof(ulong));
        for (var i = 0; i < count; i++)
        {
            low |= (ulong)packed[at + i] << (8 * i);
        }

        low >>= shift;
        return shift + width > 64 ? low | ((ulong)packed[at + sizeof(ulong)] << (64 - shift)) : low;
    }

    private static ulong MaskOf(int width) => width == 64 ? ulong.MaxValue : (1ul << width) - 1;
}
