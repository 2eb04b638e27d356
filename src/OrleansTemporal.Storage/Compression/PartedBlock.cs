using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace OrleansTemporal.Storage.Compression;

/// <summary>
/// A block whose noise stands apart: bytes that no codec can shrink are stored as they are, and the rest is packed by Brotli,
/// together with a table of how long the records are and where in them the noise was; the directory at the end of the block
/// follows from it (docs/formats/segment.md). Not thread-safe.
/// </summary>
/// <param name="quality">How hard Brotli tries, 0 to 11.</param>
internal sealed class PartedBlock(int quality)
{
    private const int HeadBytes = 3 * sizeof(uint);
    private const int VarintBytesMax = 5;
    private const int WindowBits = 18;
    private byte[] rest = [];

    /// <summary>Packs a block.</summary>
    /// <param name="raw">The block: records, and where each begins as u32 at the end.</param>
    /// <param name="starts">Where each record begins, the first at 0; none for bytes without a directory.</param>
    /// <param name="noise">Places in it, rising and apart from each other, none across the end of a record.</param>
    /// <param name="target">Where the stored bytes go; what does not fit is not worth it.</param>
    /// <returns>The length of the stored bytes, or 0.</returns>
    public int Pack(ReadOnlySpan<byte> raw, ReadOnlySpan<int> starts, ReadOnlySpan<(int At, int Length)> noise, Span<byte> target)
    {
        var apart = 0;
        foreach (var place in noise)
        {
            apart += place.Length;
        }

        if (target.Length <= HeadBytes + apart)
        {
            return 0;
        }

        var records = raw[..^(sizeof(uint) * starts.Length)];
        Grow(records.Length - apart + (VarintBytesMax * ((2 * starts.Length) + 2 + (2 * noise.Length))));
        var (at, kept, taken) = (0, 0, HeadBytes);
        foreach (var place in noise)
        {
            records[at..place.At].CopyTo(rest.AsSpan(kept));
            kept += place.At - at;
            at = place.At + place.Length;
            records[place.At..at].CopyTo(target[taken..]);
            taken += place.Length;
        }

        records[at..].CopyTo(rest.AsSpan(kept));
        kept += records.Length - at;
        var end = WriteTable(kept, starts, noise, records.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)starts.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[sizeof(uint)..], (uint)apart);
        BinaryPrimitives.WriteUInt32LittleEndian(target[(2 * sizeof(uint))..], (uint)(end - kept));
        return BrotliEncoder.TryCompress(rest.AsSpan(0, end), target[taken..], out var written, quality, WindowBits) ? taken + written : 0;
    }

    /// <summary>Unpacks a block into exactly its raw bytes; false when the stored bytes are none of such a block.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        if (stored.Length < HeadBytes)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(stored);
        var apart = BinaryPrimitives.ReadUInt32LittleEndian(stored[sizeof(uint)..]);
        var table = BinaryPrimitives.ReadUInt32LittleEndian(stored[(2 * sizeof(uint))..]);
        if (count > raw.Length / sizeof(uint) || apart > stored.Length - HeadBytes || apart > raw.Length - (count * sizeof(uint)) || table > (4L * VarintBytesMax * raw.Length) + (2 * VarintBytesMax))
        {
            return false;
        }

        var records = raw[..^((int)count * sizeof(uint))];
        var kept = records.Length - (int)apart;
        var rented = ArrayPool<byte>.Shared.Rent(kept + (int)table);
        try
        {
            var unpacked = rented.AsSpan(0, kept + (int)table);
            return BrotliDecoder.TryDecompress(stored[(HeadBytes + (int)apart)..], unpacked, out var written)
                && written == unpacked.Length
                && TryJoin(new Joining(unpacked[..kept], unpacked[kept..], stored.Slice(HeadBytes, (int)apart)), records, raw[records.Length..]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Lengths of all records, then numbers of places in all, then the places of all, each by its distance to what is before it
    // in its record: what is alike stands together.
    private int WriteTable(int at, ReadOnlySpan<int> starts, ReadOnlySpan<(int At, int Length)> noise, int recordBytes)
    {
        var count = Math.Max(1, starts.Length);
        for (var i = 0; i < starts.Length; i++)
        {
            at = WriteVarint(at, (uint)(EndOf(starts, i, recordBytes) - starts[i]));
        }

        var next = 0;
        for (var i = 0; i < count; i++)
        {
            var first = next;
            while (next < noise.Length && noise[next].At < EndOf(starts, i, recordBytes))
            {
                next++;
            }

            at = WriteVarint(at, (uint)(next - first));
        }

        next = 0;
        for (var i = 0; i < count; i++)
        {
            var end = starts.IsEmpty ? 0 : starts[i];
            for (; next < noise.Length && noise[next].At < EndOf(starts, i, recordBytes); next++)
            {
                at = WriteVarint(at, (uint)(noise[next].At - end));
                at = WriteVarint(at, (uint)noise[next].Length);
                end = noise[next].At + noise[next].Length;
            }
        }

        return at;
    }

    private static int EndOf(ReadOnlySpan<int> starts, int record, int recordBytes) => record + 1 < starts.Length ? starts[record + 1] : recordBytes;

    private static bool TryJoin(Joining parts, Span<byte> records, Span<byte> directory)
    {
        var count = Math.Max(1, directory.Length / sizeof(uint));
        var lengths = parts.Table;
        var counts = parts.Table;
        for (var i = 0; i < directory.Length / sizeof(uint); i++)
        {
            if (!TryReadVarint(ref counts, out _))
            {
                return false;
            }
        }

        var places = counts;
        for (var i = 0; i < count; i++)
        {
            if (!TryReadVarint(ref places, out _))
            {
                return false;
            }
        }

        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var length = records.Length;
            if (!directory.IsEmpty)
            {
                if (!TryReadVarint(ref lengths, out length) || length > records.Length - start)
                {
                    return false;
                }

                BinaryPrimitives.WriteUInt32LittleEndian(directory[(i * sizeof(uint))..], (uint)start);
            }

            if (!TryReadVarint(ref counts, out var noise) || !parts.TryJoin(records.Slice(start, length), ref places, noise))
            {
                return false;
            }

            start += length;
        }

        return start == records.Length && places.IsEmpty && parts.IsEmpty;
    }

    private int WriteVarint(int at, uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            rest[at++] = (byte)(value | 0x80);
        }

        rest[at++] = (byte)value;
        return at;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out int value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < VarintBytesMax; i++)
        {
            value |= (bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value >= 0;
            }
        }

        return false;
    }

    private void Grow(int length)
    {
        if (rest.Length < length)
        {
            rest = GC.AllocateUninitializedArray<byte>(length);
        }
    }

    private ref struct Joining(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> table, ReadOnlySpan<byte> noise)
    {
        private ReadOnlySpan<byte> kept = kept;
        private ReadOnlySpan<byte> noise = noise;

        public ReadOnlySpan<byte> Table { get; } = table;

        public readonly bool IsEmpty => kept.IsEmpty && noise.IsEmpty;

        /// <summary>Puts one record together.</summary>
        public bool TryJoin(Span<byte> record, ref ReadOnlySpan<byte> places, int count)
        {
            for (; count > 0; count--)
            {
                if (!TryReadVarint(ref places, out var gap) || !TryReadVarint(ref places, out var length)
                    || gap > record.Length || length > record.Length - gap || gap > kept.Length || length > noise.Length)
                {
                    return false;
                }

                kept[..gap].CopyTo(record);
                noise[..length].CopyTo(record[gap..]);
                record = record[(gap + length)..];
                kept = kept[gap..];
                noise = noise[length..];
            }

            if (record.Length > kept.Length)
            {
                return false;
            }

            kept[..record.Length].CopyTo(record);
            kept = kept[record.Length..];
            return true;
        }
    }
}
