using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Compression;

/// <summary>Reads one stored block, verifies its checksum and unpacks it.</summary>
internal static class BlockLoader
{
    /// <summary>The unpacked block, in an array that nobody else holds. A raw block is read straight into it.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when the bytes don't verify.</exception>
    public static async ValueTask<byte[]> LoadAsync(
        IObjectStore store, string path, long offset, PackedBlock block, CancellationToken cancellationToken)
    {
        if (block.Codec == BlockCodec.Raw && block.StoredLength == block.RawLength)
        {
            var raw = GC.AllocateUninitializedArray<byte>(block.RawLength);
            await Section.ReadAsync(store, path, offset, raw, cancellationToken).ConfigureAwait(false);
            Verify(raw, block, path, offset);
            return raw;
        }

        var rented = ArrayPool<byte>.Shared.Rent(block.StoredLength);
        try
        {
            var stored = rented.AsMemory(0, block.StoredLength);
            await Section.ReadAsync(store, path, offset, stored, cancellationToken).ConfigureAwait(false);
            return Unpack(stored.Span, block, path, offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Verifies and unpacks stored bytes; copies a raw block.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when the bytes don't verify.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored, in PackedBlock block, string path, long offset)
    {
        Verify(stored, block, path, offset);
        return BlockPacker.Unpack(stored, block.Codec, block.RawLength, path, offset);
    }

    /// <summary>Verifies stored bytes.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when they don't.</exception>
    public static void Verify(ReadOnlySpan<byte> stored, in PackedBlock block, string path, long offset)
    {
        if (Crc32C.Compute(stored) != block.Checksum)
        {
            throw StoredBytes.Corrupt(path, offset, "a block does not verify");
        }
    }
}
