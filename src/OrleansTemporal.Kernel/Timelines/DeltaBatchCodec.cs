using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// The bytes in which deltas travel between timelines (docs/formats/timeline.md): each delta with its own CRC, all of them
/// under one hash. Decoding checks everything and allocates nothing that the input is not long enough for.
/// </summary>
public static class DeltaBatchCodec
{
    /// <summary>The version that is written.</summary>
    public const ushort Version = 1;

    private const int HeaderBytes = 16;
    private const ulong HasId = 1;
    private const ulong HasParent = 2;
    private const ulong Additive = 4;
    private const ulong HasPlace = 8;
    private const ulong HasMetadata = 16;
    private const ulong FlagsMax = 31;

    private static ReadOnlySpan<byte> Magic => "OTDB"u8;

    /// <summary>Writes a batch.</summary>
    /// <returns>Its checksum.</returns>
    public static Distinction Write(IBufferWriter<byte> writer, int dimensions, IReadOnlyCollection<DeltaBatchItem> deltas)
    {
        var header = writer.GetSpan(HeaderBytes)[..HeaderBytes];
        WriteHeader(header, dimensions, deltas.Count);
        var hashed = new ArrayBufferWriter<byte>(HeaderBytes + (deltas.Count * Distinction.Size));
        hashed.Write(header);
        writer.Advance(HeaderBytes);
        var body = new ArrayBufferWriter<byte>(1_024);
        foreach (var delta in deltas)
        {
            body.ResetWrittenCount();
            WriteBody(body, delta);
            Varint.Write(writer, (ulong)body.WrittenCount);
            writer.Write(body.WrittenSpan);
            BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), Crc32C.Compute(body.WrittenSpan));
            writer.Advance(sizeof(uint));
            Append(hashed, body.WrittenSpan);
        }

        var checksum = TaggedHash.Hash(HashTag.DeltaBatch, hashed.WrittenSpan);
        checksum.CopyTo(writer.GetSpan(Distinction.Size));
        writer.Advance(Distinction.Size);
        return checksum;
    }

    /// <summary>Reads a batch of at most <see cref="Limits.BatchCountMax"/> deltas.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_deltas</c>, with the number of the delta; TooLarge, <c>batch_too_large</c>.</exception>
    public static DeltaBatch Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < HeaderBytes + Distinction.Size || !source[..Magic.Length].SequenceEqual(Magic))
        {
            throw Malformed("The bytes are no batch of deltas: they do not begin with OTDB.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        var (flags, dimensions, count) = (BinaryPrimitives.ReadUInt16LittleEndian(source[6..]), BinaryPrimitives.ReadInt32LittleEndian(source[8..]), BinaryPrimitives.ReadInt32LittleEndian(source[12..]));
        if (version != Version || flags != 0 || dimensions is < 1 or > Limits.TimelineDimensionsMax || count < 0)
        {
            throw Malformed($"A batch of version {version} with flags {flags}, {dimensions} components and {count} deltas is none that can be read.");
        }

        if (count > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} deltas.") { Field = "deltas", Limit = Limits.BatchCountMax };
        }

        var hashed = new ArrayBufferWriter<byte>(HeaderBytes + (Math.Min(count, 1_024) * Distinction.Size));
        hashed.Write(source[..HeaderBytes]);
        var rest = source[HeaderBytes..^Distinction.Size];
        var deltas = ImmutableArray.CreateBuilder<DeltaBatchItem>(Math.Min(count, 1_024));
        for (var i = 0; i < count; i++)
        {
            deltas.Add(ReadDelta(ref rest, dimensions, i, hashed));
        }

        var checksum = TaggedHash.Hash(HashTag.DeltaBatch, hashed.WrittenSpan);
        return !rest.IsEmpty || checksum != Distinction.FromBytes(source[^Distinction.Size..])
            ? throw Malformed("The checksum of the batch does not hold.")
            : new DeltaBatch(dimensions, deltas.DrainToImmutable(), checksum);
    }

    private static void WriteHeader(Span<byte> header, int dimensions, int count)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], dimensions);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], count);
    }

    private static void WriteBody(ArrayBufferWriter<byte> body, DeltaBatchItem delta)
    {
        var flags = (delta.Id is null ? 0 : HasId) | (delta.Parent is null ? 0 : HasParent) | (delta.IsAdditive ? Additive : 0)
            | (delta.Sequence == 0 ? 0 : HasPlace) | (delta.Metadata.IsEmpty ? 0 : HasMetadata);
        Varint.Write(body, flags);
        if (delta.Id is { } id)
        {
            WriteText(body, id);
        }

        if (delta.Parent is { } parent)
        {
            WriteText(body, parent);
        }

        if (delta.Sequence != 0)
        {
            Varint.Write(body, (ulong)delta.Sequence);
            Varint.Write(body, delta.SystemTime.Value);
        }

        if (!delta.Metadata.IsEmpty)
        {
            Varint.Write(body, (ulong)delta.Metadata.Length);
            foreach (var (key, value) in delta.Metadata)
            {
                WriteText(body, key);
                WriteText(body, value);
            }
        }

        DeltaVectorCodec.Write(body, delta.Vector);
    }

    private static DeltaBatchItem ReadDelta(ref ReadOnlySpan<byte> rest, int dimensions, int place, ArrayBufferWriter<byte> hashed)
    {
        if (!Varint.TryRead(ref rest, out var length) || length > (ulong)rest.Length || rest.Length - (int)length < sizeof(uint))
        {
            throw Malformed($"Delta {place} ends too early.");
        }

        var body = rest[..(int)length];
        if (Crc32C.Compute(body) != BinaryPrimitives.ReadUInt32LittleEndian(rest[(int)length..]))
        {
            throw Malformed($"Delta {place} is damaged: its CRC does not hold.");
        }

        rest = rest[((int)length + sizeof(uint))..];
        Append(hashed, body);
        try
        {
            return ReadBody(body, dimensions);
        }
        catch (TemporalException malformed) when (malformed.Code == ErrorCodes.PayloadMalformed)
        {
            throw Malformed($"Delta {place} does not parse.");
        }
    }

    private static DeltaBatchItem ReadBody(ReadOnlySpan<byte> body, int dimensions)
    {
        var flags = ReadNumber(ref body);
        if (flags > FlagsMax)
        {
            throw NotParsed();
        }

        var delta = new DeltaBatchItem
        {
            Id = (flags & HasId) != 0 ? ReadText(ref body) : null,
            Parent = (flags & HasParent) != 0 ? ReadText(ref body) : null,
            IsAdditive = (flags & Additive) != 0,
            Sequence = (flags & HasPlace) != 0 ? ReadSequence(ref body) : 0,
            SystemTime = (flags & HasPlace) != 0 ? new HybridTimestamp(ReadNumber(ref body)) : HybridTimestamp.Zero,
            Metadata = (flags & HasMetadata) != 0 ? ReadMetadata(ref body) : [],
            Vector = DeltaVectorCodec.Read(ref body, dimensions),
        };
        return body.IsEmpty ? delta : throw NotParsed();
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadMetadata(ref ReadOnlySpan<byte> source)
    {
        var count = ReadNumber(ref source);
        if (count is 0 or > Limits.MetadataCountMax)
        {
            throw NotParsed();
        }

        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>((int)count);
        for (var i = 0; i < (int)count; i++)
        {
            pairs.Add(KeyValuePair.Create(ReadText(ref source), ReadText(ref source)));
        }

        return pairs.MoveToImmutable();
    }

    private static void Append(ArrayBufferWriter<byte> hashed, ReadOnlySpan<byte> body)
    {
        TaggedHash.Hash(HashTag.BatchDelta, body).CopyTo(hashed.GetSpan(Distinction.Size));
        hashed.Advance(Distinction.Size);
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        Varint.Write(writer, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text.AsSpan(), writer);
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> source) => Varint.TryRead(ref source, out var number) ? number : throw NotParsed();

    private static long ReadSequence(ref ReadOnlySpan<byte> source) => ReadNumber(ref source) is var number and >= 1 and <= long.MaxValue ? (long)number : throw NotParsed();

    private static string ReadText(ref ReadOnlySpan<byte> source)
    {
        var length = ReadNumber(ref source);
        if (length > (ulong)source.Length || !System.Text.Unicode.Utf8.IsValid(source[..(int)length]))
        {
            throw NotParsed();
        }

        var text = Encoding.UTF8.GetString(source[..(int)length]);
        source = source[(int)length..];
        return text;
    }

    private static TemporalException NotParsed() => new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A delta of a batch does not parse.");

    private static TemporalException Malformed(string problem) => new(ErrorKind.Invalid, ErrorCodes.MalformedDeltas, problem) { Field = "body" };
}
