using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Formats;

/// <summary>
/// The frame around a segment or a run within an object: header, data, footer, trailer. Offsets inside are relative to
/// the header, so sections can stand one after another in one object.
/// </summary>
internal static class Section
{
    public const int HeaderBytes = 16;
    public const int TrailerBytes = 32;
    public const ushort FormatVersion = 1;

    /// <summary>Most bytes of a footer: the index of a segment of many gigabytes.</summary>
    public const int FooterBytesMax = 256 << 20;

    private const int TailBytes = 64 << 10;

    public static byte[] Header(uint magic, uint agentDigest)
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), agentDigest);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Crc32C.Compute(header.AsSpan(0, 12)));
        return header;
    }

    public static byte[] Trailer(uint magic, ReadOnlySpan<byte> footer, long sectionLength)
    {
        var trailer = new byte[TrailerBytes];
        BinaryPrimitives.WriteInt32LittleEndian(trailer, footer.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), Crc32C.Compute(footer));
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(8), sectionLength);
        BinaryPrimitives.WriteUInt16LittleEndian(trailer.AsSpan(20), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(24), magic);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(28), Crc32C.Compute(trailer.AsSpan(0, 28)));
        return trailer;
    }

    /// <summary>Reads and verifies trailer and footer, and the header too when they lie in the same read.</summary>
    public static async ValueTask<SectionFooter> ReadFooterAsync(
        IObjectStore store, uint magic, string path, long offset, long length, CancellationToken cancellationToken)
    {
        if (offset < 0 || length < HeaderBytes + TrailerBytes || offset > long.MaxValue - length)
        {
            throw StoredBytes.Corrupt(path, offset, "a section is too short");
        }

        var tail = new byte[(int)Math.Min(length, TailBytes)];
        var tailOffset = offset + length - tail.Length;
        await ReadAsync(store, path, tailOffset, tail, cancellationToken).ConfigureAwait(false);
        var (footerLength, footerChecksum) = ReadTrailer(tail.AsSpan(tail.Length - TrailerBytes), magic, path, offset, length);
        var footerOffset = offset + length - TrailerBytes - footerLength;
        ReadOnlyMemory<byte> footer;
        if (footerOffset >= tailOffset)
        {
            footer = tail.AsMemory((int)(footerOffset - tailOffset), footerLength);
        }
        else
        {
            var whole = new byte[footerLength];
            await ReadAsync(store, path, footerOffset, whole, cancellationToken).ConfigureAwait(false);
            footer = whole;
        }

        if (Crc32C.Compute(footer.Span) != footerChecksum)
        {
            throw StoredBytes.Corrupt(path, footerOffset, "the footer does not verify");
        }

        var header = tail.AsMemory(0, HeaderBytes);
        if (tailOffset != offset)
        {
            header = new byte[HeaderBytes];
            await ReadAsync(store, path, offset, header, cancellationToken).ConfigureAwait(false);
        }

        return new(footer, footerOffset, ReadHeader(header.Span, magic, path, offset));
    }

    /// <summary>Reads a range that must be there whole.</summary>
    public static async ValueTask ReadAsync(
        IObjectStore store, string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await store.ReadAsync(path, offset, destination, cancellationToken).ConfigureAwait(false);
        if (read != destination.Length)
        {
            throw StoredBytes.Corrupt(path, offset + read, "the object ends too early");
        }
    }

    private static (int FooterLength, uint FooterChecksum) ReadTrailer(ReadOnlySpan<byte> trailer, uint magic, string path, long offset, long length)
    {
        var at = offset + length - TrailerBytes;
        if (Crc32C.Compute(trailer[..28]) != BinaryPrimitives.ReadUInt32LittleEndian(trailer[28..])
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[24..]) != magic)
        {
            throw StoredBytes.Corrupt(path, at, "the trailer does not verify");
        }

        CheckVersion(BinaryPrimitives.ReadUInt16LittleEndian(trailer[20..]), path);
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (BinaryPrimitives.ReadInt64LittleEndian(trailer[8..]) != length
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[16..]) != 0
            || BinaryPrimitives.ReadUInt16LittleEndian(trailer[22..]) != 0
            || footerLength < 0
            || footerLength > FooterBytesMax
            || footerLength > length - HeaderBytes - TrailerBytes)
        {
            throw StoredBytes.Corrupt(path, at, "the trailer has impossible lengths");
        }

        return (footerLength, BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]));
    }

    private static uint ReadHeader(ReadOnlySpan<byte> header, uint magic, string path, long offset)
    {
        if (Crc32C.Compute(header[..12]) != BinaryPrimitives.ReadUInt32LittleEndian(header[12..])
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != magic
            || BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) != 0)
        {
            throw StoredBytes.Corrupt(path, offset, "the header does not verify");
        }

        CheckVersion(BinaryPrimitives.ReadUInt16LittleEndian(header[4..]), path);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
    }

    private static void CheckVersion(ushort version, string path)
    {
        if (version != FormatVersion)
        {
            throw StoredBytes.TooNew(path, version);
        }
    }
}
