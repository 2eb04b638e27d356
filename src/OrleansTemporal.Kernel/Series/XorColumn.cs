using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace OrleansTemporal.Series;

/// <summary>
/// Doubles as differences by XOR (Pelkonen et al., "Gorilla", 2015): a zero bit for the same value again; <c>10</c> and the
/// bits of the window before; <c>11</c>, six bits of leading zeros, six bits of length less one, and the bits.
/// </summary>
internal static class XorColumn
{
    private const int HeadBits = 6;

    /// <summary>Writes values, the first one whole.</summary>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<double> values)
    {
        var bits = new BitSink(writer);
        var (before, leading, length) = (0ul, 0, 0);
        foreach (var value in values)
        {
            var current = BitConverter.DoubleToUInt64Bits(value);
            var xor = current ^ before;
            before = current;
            if (xor == 0)
            {
                bits.Write(0, 1);
                continue;
            }

            var newLeading = BitOperations.LeadingZeroCount(xor);
            var newLength = 64 - newLeading - BitOperations.TrailingZeroCount(xor);
            var fits = length > 0 && newLeading >= leading && newLeading + newLength <= leading + length;
            if (fits && length < newLength + (2 * HeadBits))
            {
                bits.Write(0b01, 2);
            }
            else
            {
                (leading, length) = (newLeading, newLength);
                bits.Write(0b11, 2);
                bits.Write((ulong)leading, HeadBits);
                bits.Write((ulong)(length - 1), HeadBits);
            }

            bits.Write(xor >> (64 - leading - length), length);
        }

        bits.Finish();
    }

    /// <summary>Reads values back and moves past them.</summary>
    public static void Read(ref SeriesBytes bytes, Span<double> values)
    {
        var source = new BitSource(bytes.Rest);
        var (before, leading, length) = (0ul, 0, 0);
        for (var i = 0; i < values.Length; i++)
        {
            if (source.Read(1) != 0)
            {
                if (source.Read(1) != 0)
                {
                    leading = (int)source.Read(HeadBits);
                    length = (int)source.Read(HeadBits) + 1;
                }

                if (length == 0 || leading + length > 64)
                {
                    throw SeriesBytes.Malformed("a difference has no place");
                }

                before ^= source.Read(length) << (64 - leading - length);
            }

            values[i] = BitConverter.UInt64BitsToDouble(before);
        }

        bytes.Take(source.BytesRead);
    }

    private ref struct BitSink(IBufferWriter<byte> writer)
    {
        private ulong word;
        private int used;

        public void Write(ulong value, int width)
        {
            word |= value << used;
            used += width;
            if (used >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), word);
                writer.Advance(sizeof(ulong));
                used -= 64;
                word = used == 0 ? 0 : value >> (width - used);
            }
        }

        public void Finish()
        {
            for (; used > 0; used -= 8, word >>= 8)
            {
                SeriesBytes.WriteByte(writer, (byte)word);
            }
        }
    }

    private ref struct BitSource(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private long bit;

        public readonly int BytesRead => (int)((bit + 7) / 8);

        public ulong Read(int width)
        {
            if (bit + width > bytes.Length * 8L)
            {
                throw SeriesBytes.Malformed("bits are cut");
            }

            var at = (int)(bit >> 3);
            var shift = (int)(bit & 7);
            bit += width;
            ulong word;
            if (at + sizeof(ulong) <= bytes.Length)
            {
                word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) >> shift;
            }
            else
            {
                word = 0;
                for (var i = 0; at + i < bytes.Length; i++)
                {
                    word |= (ulong)bytes[at + i] << (8 * i);
                }

                word >>= shift;
            }

            if (shift + width > 64)
            {
                word |= (ulong)bytes[at + sizeof(ulong)] << (64 - shift);
            }

            return width == 64 ? word : word & ((1ul << width) - 1);
        }
    }
}
