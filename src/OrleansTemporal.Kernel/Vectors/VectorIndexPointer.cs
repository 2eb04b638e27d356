using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Says which object holds the graphs of an agent (docs/formats/vector-index.md).</summary>
/// <param name="Nonce">Part of the object's name.</param>
/// <param name="Length">Bytes of the object.</param>
public readonly record struct VectorIndexPointer(ulong Nonce, long Length)
{
    private const int Size = 8 + 8 + 8 + 4;

    private static ReadOnlySpan<byte> Magic => "OTVP0001"u8;

    /// <summary>The bytes of it.</summary>
    public byte[] Write()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), Nonce);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), Crc32C.Compute(bytes.AsSpan(0, 24)));
        return bytes;
    }

    /// <summary>Reads it; false when the bytes are anything else, or damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out VectorIndexPointer pointer)
    {
        pointer = default;
        if (bytes.Length != Size || !bytes[..8].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) != Crc32C.Compute(bytes[..24]))
        {
            return false;
        }

        pointer = new VectorIndexPointer(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        return pointer.Length > 0;
    }
}
