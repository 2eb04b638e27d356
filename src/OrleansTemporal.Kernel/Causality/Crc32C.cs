using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Causality;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): finds torn and flipped bytes on disk. Not a defence against forgers.
/// Long inputs run as three interleaved streams, because the instruction has a latency of three cycles and a throughput
/// of one; the streams are joined by a table that advances a checksum over a block of zeros (M. Adler's method).
/// </summary>
public static class Crc32C
{
    private const int LongLaneBytes = 1024;
    private const int ShortLaneBytes = 128;

    // Zeros[256 * i + b]: byte b at place i of a checksum, advanced over the zeros of a lane.
    private static readonly uint[] LongZeros = MakeZeros(LongLaneBytes);
    private static readonly uint[] ShortZeros = MakeZeros(ShortLaneBytes);

    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of earlier bytes and these: Append(Compute(a), b) = Compute(a ‖ b).</summary>
    /// <param name="crc">Checksum of what came before; 0 for nothing.</param>
    /// <param name="data">What follows.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        while (data.Length >= 3 * LongLaneBytes)
        {
            crc = Interleave(crc, data, LongLaneBytes, LongZeros);
            data = data[(3 * LongLaneBytes)..];
        }

        while (data.Length >= 3 * ShortLaneBytes)
        {
            crc = Interleave(crc, data, ShortLaneBytes, ShortZeros);
            data = data[(3 * ShortLaneBytes)..];
        }

        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            crc = BitOperations.Crc32C(crc, LittleEndian(word));
        }

        foreach (var value in data[(data.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static uint Interleave(uint crc, ReadOnlySpan<byte> data, int laneBytes, uint[] zeros)
    {
        var first = MemoryMarshal.Cast<byte, ulong>(data[..laneBytes]);
        var second = MemoryMarshal.Cast<byte, ulong>(data.Slice(laneBytes, laneBytes));
        var third = MemoryMarshal.Cast<byte, ulong>(data.Slice(2 * laneBytes, laneBytes));
        uint b = 0, c = 0;
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, LittleEndian(first[i]));
            b = BitOperations.Crc32C(b, LittleEndian(second[i]));
            c = BitOperations.Crc32C(c, LittleEndian(third[i]));
        }

        return AdvanceOverZeros(AdvanceOverZeros(crc, zeros) ^ b, zeros) ^ c;
    }

    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    private static uint AdvanceOverZeros(uint crc, uint[] zeros) =>
        zeros[(byte)crc] ^ zeros[256 + (byte)(crc >> 8)] ^ zeros[512 + (byte)(crc >> 16)] ^ zeros[768 + (int)(crc >> 24)];

    private static uint[] MakeZeros(int laneBytes)
    {
        // Advancing over zeros is linear, so 32 single bits give all the rest.
        var bits = new uint[32];
        for (var bit = 0; bit < bits.Length; bit++)
        {
            var crc = 1u << bit;
            for (var i = 0; i < laneBytes; i += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, 0ul);
            }

            bits[bit] = crc;
        }

        var table = new uint[4 * 256];
        for (var entry = 0; entry < table.Length; entry++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                table[entry] ^= (entry >> bit & 1) != 0 ? bits[(entry / 256 * 8) + bit] : 0;
            }
        }

        return table;
    }
}
