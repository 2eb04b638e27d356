using System.IO.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Compression;

/// <summary>
/// Compresses blocks with one codec into a buffer of its own; not thread-safe. A block that does not shrink enough
/// stays raw: unpacking costs every later read 1 to 2 µs a kilobyte. Where that happens again and again, only some blocks
/// are tried.
/// </summary>
/// <param name="codec">How.</param>
/// <param name="percentMax">What a packed block may have of its raw bytes, in percent.</param>
/// <param name="brotliQuality">How hard Brotli tries, 0 to 11.</param>
internal sealed class BlockPacker(BlockCodec codec, int percentMax = BlockPacker.PercentMaxDefault, int brotliQuality = BlockPacker.BrotliQualityDefault)
{
    /// <summary>Half: what saves less is not worth the time of every later read.</summary>
    public const int PercentMaxDefault = 50;

    /// <summary>The fastest: with the noise apart it packs twice as fast as Deflate's fastest, and into less.</summary>
    public const int BrotliQualityDefault = 1;

    private const int FailuresInRow = 8;
    private const int TryOneOf = 16;
    private const int BrotliWindowBits = 18;
    private readonly PartedBlock parted = new(brotliQuality);
    private byte[] buffer = [];
    private int failures;

    /// <summary>The bytes to store, valid until the next call, and the codec that reads them.</summary>
    /// <param name="raw">The block.</param>
    /// <param name="starts">Where its records begin, when they do and it ends with a directory of that.</param>
    /// <param name="noise">Places in it whose bytes no codec can shrink, rising and apart from each other, none across the end of a record.</param>
    public (ReadOnlyMemory<byte> Stored, BlockCodec Codec) Pack(ReadOnlyMemory<byte> raw, ReadOnlySpan<int> starts = default, ReadOnlySpan<(int At, int Length)> noise = default)
    {
        if (failures >= FailuresInRow && ++failures % TryOneOf != 0)
        {
            return (raw, BlockCodec.Raw);
        }

        var worthwhile = (int)((long)raw.Length * percentMax / 100);
        var length = codec switch
        {
            BlockCodec.Deflate => Deflate(raw.Span, worthwhile),
            BlockCodec.Brotli => Brotli(raw.Span, worthwhile),
            BlockCodec.Parted => Parted(raw.Span, starts, noise, worthwhile),
            BlockCodec.Raw => 0,
            _ => throw new ArgumentOutOfRangeException(nameof(raw), codec, "No such codec."),
        };
        failures = length > 0 ? 0 : failures + 1;
        return length > 0 ? (buffer.AsMemory(0, length), codec) : (raw, BlockCodec.Raw);
    }

    /// <summary>The raw bytes of a stored block; an array that nobody else holds.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when they don't decompress to exactly <paramref name="rawLength"/> bytes.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored, BlockCodec codec, int rawLength, string path, long offset)
    {
        var raw = GC.AllocateUninitializedArray<byte>(rawLength);
        var complete = codec switch
        {
            BlockCodec.Raw => stored.Length == rawLength && stored.TryCopyTo(raw),
            BlockCodec.Deflate => Inflate(stored, raw),
            BlockCodec.Brotli => BrotliDecoder.TryDecompress(stored, raw, out var written) && written == rawLength,
            BlockCodec.Parted => PartedBlock.TryUnpack(stored, raw),
            _ => throw StoredBytes.Corrupt(path, offset, $"a block has the unknown codec {(byte)codec}"),
        };
        return complete ? raw : throw StoredBytes.Corrupt(path, offset, "a block does not decompress to its length");
    }

    private int Deflate(ReadOnlySpan<byte> raw, int worthwhile)
    {
        Grow(worthwhile);
        using var target = new BoundedStream(buffer, worthwhile);
        using (var deflate = new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(raw);
        }

        return target.IsOverflown ? 0 : (int)target.Length;
    }

    private int Brotli(ReadOnlySpan<byte> raw, int worthwhile)
    {
        Grow(worthwhile);
        return BrotliEncoder.TryCompress(raw, buffer.AsSpan(0, worthwhile), out var written, brotliQuality, BrotliWindowBits) ? written : 0;
    }

    private int Parted(ReadOnlySpan<byte> raw, ReadOnlySpan<int> starts, ReadOnlySpan<(int At, int Length)> noise, int worthwhile)
    {
        Grow(worthwhile);
        return parted.Pack(raw, starts, noise, buffer.AsSpan(0, worthwhile));
    }

    private static unsafe bool Inflate(ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        fixed (byte* start = stored)
        {
            using var source = new UnmanagedMemoryStream(start, stored.Length);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress);
            try
            {
                return inflate.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false) == raw.Length && inflate.ReadByte() < 0;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }

    private void Grow(int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(length);
        }
    }
}
