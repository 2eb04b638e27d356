using System.Buffers.Binary;

namespace OrleansTemporal.Storage.Filters;

/// <summary>
/// A blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): a key's bits
/// lie in one block of 512 bits, so a look-up touches one cache line. With ten bits a key about one absent key in a
/// hundred passes. Byte by byte in docs/formats/run.md.
/// </summary>
internal readonly struct KeyFilter
{
    /// <summary>Bits set for one key.</summary>
    public const int BitsPerKeySet = 6;

    /// <summary>Bits of room for one key.</summary>
    public const int BitsPerKey = 10;

    public const int BlockBytes = 64;
    private readonly byte[] bits;

    public KeyFilter(byte[] bits) => this.bits = bits;

    public ReadOnlyMemory<byte> Bits => bits;

    /// <summary>An empty filter with room for a number of keys.</summary>
    public static KeyFilter For(long keyCount) => new(new byte[BytesFor(keyCount)]);

    /// <summary>Bytes of a filter: whole blocks, at least one.</summary>
    public static int BytesFor(long keyCount) =>
        (int)Math.Clamp(((keyCount * BitsPerKey) + (BlockBytes * 8) - 1) / (BlockBytes * 8), 1, (Formats.StoredPart.LengthMax / BlockBytes) - 1) * BlockBytes;

    public void Add(ulong hash)
    {
        var block = BlockOf(hash);
        var pick = Pick(hash);
        for (var i = 0; i < BitsPerKeySet; i++)
        {
            block[(int)(pick >> 3) & (BlockBytes - 1)] |= (byte)(1 << (int)(pick & 7));
            pick >>= 9;
        }
    }

    public bool MightContain(ulong hash)
    {
        ReadOnlySpan<byte> block = BlockOf(hash);
        var pick = Pick(hash);
        for (var i = 0; i < BitsPerKeySet; i++)
        {
            if ((block[(int)(pick >> 3) & (BlockBytes - 1)] & (1 << (int)(pick & 7))) == 0)
            {
                return false;
            }

            pick >>= 9;
        }

        return true;
    }

    // The high half of the hash chooses the block, a multiplication spreads the low half over the bits.
    private Span<byte> BlockOf(ulong hash) =>
        bits.AsSpan((int)(((hash >> 32) * (ulong)(bits.Length / BlockBytes)) >> 32) * BlockBytes, BlockBytes);

    private static ulong Pick(ulong hash) => ((hash & uint.MaxValue) * 0x9E3779B97F4A7C15UL) >> 10;
}
