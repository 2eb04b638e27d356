using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// The 36 bytes in front of every frame. They have a checksum of their own, so a flipped bit in a body still leaves it
/// known whose record it hit.
/// </summary>
internal readonly record struct FrameHeader(FrameType Type, int BodyBytes, uint BodyCrc, uint Ordinal, ulong Sequence, ulong Time)
{
    public const int Bytes = 36;
    private const int CrcOffset = 32;

    public int TotalBytes => Bytes + BodyBytes;

    /// <summary>The checksum in an encoded header.</summary>
    public static ReadOnlySpan<byte> CrcOf(ReadOnlySpan<byte> header) => header.Slice(CrcOffset, sizeof(uint));

    /// <summary>Bytes of the frame of an encoded header.</summary>
    public static int TotalBytesOf(ReadOnlySpan<byte> header) => Bytes + BinaryPrimitives.ReadInt32LittleEndian(header[4..]);

    public static void Write(
        Span<byte> destination, FrameType type, int bodyBytes, uint bodyCrc, uint ordinal, ulong sequence, ulong time)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)type);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], bodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], bodyCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], ordinal);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], time);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc32C.Compute(destination[..CrcOffset]));
    }

    /// <summary>Reads and verifies a header; false when it is none, or when its body would not fit into what follows.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        if (source.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source[CrcOffset..]) != Crc32C.Compute(source[..CrcOffset]))
        {
            header = default;
            return false;
        }

        header = Decode(source);
        return header.BodyBytes >= 0 && header.BodyBytes <= source.Length - Bytes
            && header.Type is FrameType.Begin or FrameType.End or FrameType.Record or FrameType.Agent or FrameType.Drop or FrameType.Stop;
    }

    /// <summary>Reads a header that was verified before.</summary>
    public static FrameHeader Decode(ReadOnlySpan<byte> source) => new(
        (FrameType)BinaryPrimitives.ReadUInt32LittleEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));

    /// <summary>True when the body that follows an encoded header has its checksum.</summary>
    public bool VerifiesBody(ReadOnlySpan<byte> frame) => Crc32C.Compute(frame.Slice(Bytes, BodyBytes)) == BodyCrc;
}
