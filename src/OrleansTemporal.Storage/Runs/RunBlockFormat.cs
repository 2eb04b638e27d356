using System.Buffers.Binary;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// The bytes of an unpacked run block: first sequence (8), first time (8), entries, restart offsets (4 each), number of
/// restarts (4). Every sixteenth entry is a restart and has its whole key; the others share a prefix with the one before.
/// </summary>
internal static class RunBlockFormat
{
    public const int RestartInterval = 16;
    public const int HeaderBytes = 16;
    public const byte HasOrdinal = 1;
    public const byte HasExpiry = 2;

    public static long FirstSequence(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadInt64LittleEndian(block);

    public static ulong FirstTime(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt64LittleEndian(block[8..]);

    public static int RestartCount(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadInt32LittleEndian(block[^4..]);

    public static int EntriesEnd(ReadOnlySpan<byte> block) => block.Length - 4 - (4 * RestartCount(block));

    public static int RestartOffset(ReadOnlySpan<byte> block, int restart) =>
        BinaryPrimitives.ReadInt32LittleEndian(block[(EntriesEnd(block) + (4 * restart))..]);

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Reads the lengths before a key's own bytes; the position is then at those bytes. The block was checked.</summary>
    public static void ReadKeyLengths(ReadOnlySpan<byte> block, ref int position, out int shared, out int own)
    {
        Varint.TryRead(block, ref position, out var first);
        Varint.TryRead(block, ref position, out var second);
        shared = (int)first;
        own = (int)second;
    }

    /// <summary>Reads what follows the key. The block was checked.</summary>
    public static RunEntry ReadEntry(ReadOnlySpan<byte> block, ref int position)
    {
        var fields = block[position];
        var flags = block[position + 1];
        position += 2;
        Varint.TryRead(block, ref position, out var sequence);
        Varint.TryRead(block, ref position, out var time);
        ulong ordinal = 0, expiry = 0;
        if ((fields & HasOrdinal) != 0)
        {
            Varint.TryRead(block, ref position, out ordinal);
        }

        if ((fields & HasExpiry) != 0)
        {
            expiry = BinaryPrimitives.ReadUInt64LittleEndian(block[position..]);
            position += 8;
        }

        return new(
            FirstSequence(block) + UnZigZag(sequence),
            (ushort)ordinal,
            flags,
            new(FirstTime(block) + (ulong)UnZigZag(time)),
            new(expiry));
    }

    /// <summary>Moves behind what follows the key without decoding it.</summary>
    public static void SkipEntry(ReadOnlySpan<byte> block, ref int position)
    {
        var fields = block[position];
        position += 2;
        SkipNumber(block, ref position);
        SkipNumber(block, ref position);
        if ((fields & HasOrdinal) != 0)
        {
            SkipNumber(block, ref position);
        }

        position += (fields & HasExpiry) != 0 ? 8 : 0;
    }

    private static void SkipNumber(ReadOnlySpan<byte> block, ref int position)
    {
        while (block[position++] >= 0x80)
        {
        }
    }
}
