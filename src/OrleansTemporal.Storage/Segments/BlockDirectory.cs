using System.Buffers.Binary;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>The record offsets at the end of an unpacked block: four bytes each, ascending, the first is zero.</summary>
internal static class BlockDirectory
{
    private const int EntryBytes = 4;

    /// <summary>Checks the whole directory once, when the block is loaded; later look-ups trust it.</summary>
    public static void Check(ReadOnlySpan<byte> block, int recordCount, string path, long offset)
    {
        var directory = block.Length - ((long)recordCount * EntryBytes);
        if (recordCount <= 0 || directory <= 0)
        {
            throw StoredBytes.Corrupt(path, offset, "a block is too short for its directory");
        }

        var previous = -1L;
        for (var i = 0; i < recordCount; i++)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(block[((int)directory + (i * EntryBytes))..]);
            if (start <= previous || start >= directory || (i == 0 && start != 0))
            {
                throw StoredBytes.Corrupt(path, offset, "a block's directory is out of order");
            }

            previous = start;
        }
    }

    /// <summary>Where a stored record stands in the block.</summary>
    public static Range RangeOf(ReadOnlySpan<byte> block, int recordCount, int index)
    {
        var directory = block.Length - (recordCount * EntryBytes);
        var start = BinaryPrimitives.ReadInt32LittleEndian(block[(directory + (index * EntryBytes))..]);
        var end = index + 1 < recordCount
            ? BinaryPrimitives.ReadInt32LittleEndian(block[(directory + ((index + 1) * EntryBytes))..])
            : directory;
        return start..end;
    }
}
