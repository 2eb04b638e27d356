using System.Buffers.Binary;

namespace OrleansTemporal.Timelines;

/// <summary>Writes the distances between ascending indices in Rice code (docs/formats/timeline.md).</summary>
internal static class RiceCode
{
    private const int WordBits = 64;
    private const int ByteBits = 8;

    /// <summary>
    /// Fills bytes, the lowest bit of each first: for each index the quotient of its distance by 2^parameter as zeros, a one, and
    /// the rest, its highest bit first. O(indices), and a word for each 64 zeros. What is no whole word yet stays in a register: read
    /// back while it is on its way to memory, it would hold the processor up with each code.
    /// </summary>
    /// <param name="bytes">As many as the codes take.</param>
    /// <param name="indices">Ascending.</param>
    /// <param name="parameter">Bits of each rest, at most 30.</param>
    public static void Write(Span<byte> bytes, ReadOnlySpan<int> indices, int parameter)
    {
        var (word, filled, previous) = (0UL, 0, -1);
        foreach (var index in indices)
        {
            var gap = index - previous - 1;
            previous = index;
            for (filled += gap >> parameter; filled >= WordBits; filled -= WordBits)
            {
                bytes = Flush(bytes, word);
                word = 0;
            }

            // Turned round, the one that ends the zeros is the lowest bit.
            ulong code = BitOrder.Reverse((1u << parameter) | ((uint)gap & ((1u << parameter) - 1))) >> (31 - parameter);
            word |= code << filled;
            filled += parameter + 1;
            if (filled >= WordBits)
            {
                bytes = Flush(bytes, word);
                filled -= WordBits;
                word = code >> (parameter + 1 - filled);
            }
        }

        for (; filled > 0; filled -= ByteBits, word >>= ByteBits)
        {
            bytes[0] = (byte)word;
            bytes = bytes[1..];
        }
    }

    private static Span<byte> Flush(Span<byte> bytes, ulong word)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        return bytes[sizeof(ulong)..];
    }
}
