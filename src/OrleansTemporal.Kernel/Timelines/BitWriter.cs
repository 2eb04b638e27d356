using System.Buffers.Binary;

namespace OrleansTemporal.Timelines;

/// <summary>Sets bits of a cleared span, the lowest of each byte first.</summary>
internal ref struct BitWriter(Span<byte> bytes)
{
    private const int WordBits = 32;

    private readonly Span<byte> bytes = bytes;
    private long at;

    /// <summary>Leaves zeros.</summary>
    public void Skip(int count) => at += count;

    /// <summary>Writes up to 32 bits, the highest first: it ends the zeros before it.</summary>
    public void Write(uint value, int count)
    {
        if (count == 0)
        {
            return;
        }

        var bits = (ulong)(BitOrder.Reverse(value) >> (WordBits - count)) << (int)(at & 7);
        var place = (int)(at >> 3);
        at += count;
        if (place + sizeof(ulong) <= bytes.Length)
        {
            var there = bytes[place..];
            BinaryPrimitives.WriteUInt64LittleEndian(there, BinaryPrimitives.ReadUInt64LittleEndian(there) | bits);
            return;
        }

        for (; bits != 0; bits >>= 8, place++)
        {
            bytes[place] |= (byte)bits;
        }
    }
}
