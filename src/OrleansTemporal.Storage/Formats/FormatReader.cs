using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Formats;

/// <summary>
/// Reads little-endian fields from bytes that may be damaged: every read is checked against the end, every count against
/// a bound, and what does not fit is an error with the path and the offset.
/// </summary>
internal ref struct FormatReader(ReadOnlySpan<byte> bytes, string path, long baseOffset)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;

    public readonly int Position => position;

    public readonly int Remaining => bytes.Length - position;

    public readonly TemporalException Corrupt(string what) => StoredBytes.Corrupt(path, baseOffset + position, what);

    public ReadOnlySpan<byte> Bytes(int count, string what)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Corrupt($"{what} ends too early");
        }

        var slice = bytes.Slice(position, count);
        position += count;
        return slice;
    }

    public byte U8(string what) => Bytes(1, what)[0];

    public ushort U16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2, what));

    public uint U32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4, what));

    public ulong U64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8, what));

    /// <summary>A number that is neither negative nor above <paramref name="max"/>.</summary>
    public long I64(string what, long max = long.MaxValue)
    {
        var value = U64(what);
        return value <= (ulong)max ? (long)value : throw Corrupt($"{what} is out of range");
    }

    /// <summary>A 32-bit number that is not above <paramref name="max"/>.</summary>
    public int I32(string what, int max = int.MaxValue)
    {
        var value = U32(what);
        return value <= (uint)max ? (int)value : throw Corrupt($"{what} is out of range");
    }

    /// <summary>A variable-length number (LEB128, at most ten bytes).</summary>
    public ulong Var(string what)
    {
        if (!Varint.TryRead(bytes, ref position, out var value))
        {
            throw Corrupt($"{what} is not a number");
        }

        return value;
    }

    /// <summary>A variable-length number that is not above <paramref name="max"/>.</summary>
    public long Var(string what, long max)
    {
        var value = Var(what);
        return value <= (ulong)max ? (long)value : throw Corrupt($"{what} is out of range");
    }

    public Causality.Distinction Distinction(string what) => Causality.Distinction.FromBytes(Bytes(Causality.Distinction.Size, what));

    /// <summary>ASCII text with a 16-bit length before it.</summary>
    public string Text(string what, int lengthMax)
    {
        var length = U16(what);
        if (length > lengthMax)
        {
            throw Corrupt($"{what} is too long");
        }

        var text = Bytes(length, what);
        return Ascii.IsValid(text) ? Encoding.ASCII.GetString(text) : throw Corrupt($"{what} is not ASCII");
    }

    /// <summary>Refuses what stands after the last field.</summary>
    public readonly void End(string what)
    {
        if (Remaining != 0)
        {
            throw Corrupt($"{what} has bytes after its end");
        }
    }
}
