using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>A stretch of bytes with its checksum.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Checksum">CRC-32C of it.</param>
public readonly record struct SeriesExtent(int Offset, int Length, uint Checksum)
{
    internal void Write(IBufferWriter<byte> writer)
    {
        Varint.Write(writer, (ulong)Offset);
        Varint.Write(writer, (ulong)Length);
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), Checksum);
        writer.Advance(sizeof(uint));
    }

    internal static SeriesExtent Read(ref SeriesBytes bytes) =>
        new(bytes.ReadCount(int.MaxValue), bytes.ReadCount(int.MaxValue), BinaryPrimitives.ReadUInt32LittleEndian(bytes.Take(sizeof(uint))));
}
