using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Formats;

/// <summary>A part of a section that is read on its own: the facet's bytes, the operations, a filter.</summary>
/// <param name="Offset">Where it begins, relative to the section.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Checksum">CRC-32C of it.</param>
internal readonly record struct StoredPart(long Offset, int Length, uint Checksum)
{
    /// <summary>Most bytes of one part.</summary>
    public const int LengthMax = 512 << 20;

    public void Write(FormatWriter writer)
    {
        writer.I64(Offset);
        writer.U32((uint)Length);
        writer.U32(Checksum);
    }

    public static StoredPart Read(ref FormatReader reader, string what) =>
        new(reader.I64(what), reader.I32(what, LengthMax), reader.U32(what));

    /// <summary>Reads the part and verifies it.</summary>
    /// <param name="sectionOffset">Where the section begins in the object.</param>
    public async ValueTask<byte[]> ReadAsync(
        IObjectStore store, string path, long sectionOffset, string what, CancellationToken cancellationToken)
    {
        if (Length == 0)
        {
            return [];
        }

        var bytes = GC.AllocateUninitializedArray<byte>(Length);
        await Section.ReadAsync(store, path, sectionOffset + Offset, bytes, cancellationToken).ConfigureAwait(false);
        return Crc32C.Compute(bytes) == Checksum
            ? bytes
            : throw StoredBytes.Corrupt(path, sectionOffset + Offset, $"{what} do not verify");
    }
}
