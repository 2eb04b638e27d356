using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// What the first block of a journal file says: which file it is, and where the file before it ended. It stands there
/// twice, so that one flipped bit does not lose the file.
/// </summary>
/// <param name="Number">Number of the file, as in its name.</param>
/// <param name="Salt">16 random bytes; only groups that carry them belong to the file.</param>
/// <param name="PreviousNumber">The file before, or 0.</param>
/// <param name="PreviousBytes">Where the last durable group of the file before ends; what lies after is void.</param>
/// <param name="LastGroup">Number of that group, or 0.</param>
/// <param name="LastGroupCrc">Checksum of that group.</param>
/// <param name="Ceiling">Greatest system time issued or answered for so far.</param>
internal sealed record FileHeader(
    long Number, byte[] Salt, long PreviousNumber, long PreviousBytes, ulong LastGroup, uint LastGroupCrc, ulong Ceiling)
{
    private const int Bytes = 128;
    private const int CopyOffset = 2048;
    private const int SaltOffset = 24;
    private const int CrcOffset = Bytes - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "OTJOURNL"u8;

    /// <summary>The first eight bytes of the salt, as groups carry them.</summary>
    public ulong SaltCheck => BinaryPrimitives.ReadUInt64LittleEndian(Salt);

    public byte[] ToBlock()
    {
        var block = new byte[JournalFormat.BlockBytes];
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), JournalFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(16), Number);
        Salt.CopyTo(block.AsSpan(SaltOffset));
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(40), PreviousNumber);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(48), PreviousBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(56), LastGroup);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(64), LastGroupCrc);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(72), Ceiling);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(CrcOffset), Crc32C.Compute(block.AsSpan(0, CrcOffset)));
        block.AsSpan(0, Bytes).CopyTo(block.AsSpan(CopyOffset));
        return block;
    }

    /// <summary>Reads the header of the file with a number; null when neither copy verifies or it belongs to another number.</summary>
    /// <param name="version">Format version of the copy that verified, which may be newer than this release; then the header is null.</param>
    public static FileHeader? TryRead(ReadOnlySpan<byte> block, long number, out uint version)
    {
        version = 0;
        foreach (var offset in (ReadOnlySpan<int>)[0, CopyOffset])
        {
            if (block.Length < offset + Bytes)
            {
                return null;
            }

            var copy = block.Slice(offset, Bytes);
            if (!copy.StartsWith(Magic)
                || BinaryPrimitives.ReadUInt32LittleEndian(copy[CrcOffset..]) != Crc32C.Compute(copy[..CrcOffset])
                || BinaryPrimitives.ReadInt64LittleEndian(copy[16..]) != number)
            {
                continue;
            }

            version = BinaryPrimitives.ReadUInt32LittleEndian(copy[8..]);
            return version != JournalFormat.Version ? null : new FileHeader(
                number,
                copy.Slice(SaltOffset, JournalFormat.SaltBytes).ToArray(),
                BinaryPrimitives.ReadInt64LittleEndian(copy[40..]),
                BinaryPrimitives.ReadInt64LittleEndian(copy[48..]),
                BinaryPrimitives.ReadUInt64LittleEndian(copy[56..]),
                BinaryPrimitives.ReadUInt32LittleEndian(copy[64..]),
                BinaryPrimitives.ReadUInt64LittleEndian(copy[72..]));
        }

        return null;
    }
}
