using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Reads the small parts of columns, and refuses what can not be.</summary>
internal ref struct SeriesBytes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool IsEmpty => rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte ReadByte() => Take(1)[0];

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public double ReadDouble() => BitConverter.UInt64BitsToDouble(ReadUInt64());

    public ulong ReadNumber() => Varint.TryRead(ref rest, out var value) ? value : throw Malformed("a number is cut or not in its shortest form");

    public int ReadCount(int max) => ReadNumber() is var value && value <= (ulong)max ? (int)value : throw Malformed($"a count is above {max}");

    public long ReadSigned()
    {
        var value = ReadNumber();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)rest.Length)
        {
            throw Malformed("it is cut");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    /// <summary>A part behind its length.</summary>
    public ReadOnlySpan<byte> TakePart() => Take(ReadCount(int.MaxValue));

    public readonly void RequireEnd()
    {
        if (!rest.IsEmpty)
        {
            throw Malformed("bytes follow its end");
        }
    }

    public static void WriteSigned(IBufferWriter<byte> writer, long value) => Varint.Write(writer, (ulong)((value << 1) ^ (value >> 63)));

    public static void WriteByte(IBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    public static TemporalException Malformed(string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Bytes of a series do not parse: {problem}.");
}
