using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansTemporal.Wire;

/// <summary>Bytes of one record on its way out: little-endian, growing, used again and again by one thread.</summary>
internal sealed class WireWriter
{
    private const int KeptBytesMax = 1 << 20;

    [ThreadStatic]
    private static WireWriter? spare;

    private byte[] buffer = new byte[512];
    private int length;

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>How many bytes were written so far.</summary>
    public int Length => length;

    /// <summary>An empty writer; give it back with <see cref="Return"/>.</summary>
    public static WireWriter Rent()
    {
        var writer = spare ?? new WireWriter();
        spare = null;
        writer.length = 0;
        return writer;
    }

    /// <summary>Gives a writer back. A buffer that has grown large is let go.</summary>
    public static void Return(WireWriter writer)
    {
        if (writer.buffer.Length <= KeptBytesMax)
        {
            spare = writer;
        }
    }

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    public void WriteUInt128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

    /// <summary>Seven bits a byte, the lowest first.</summary>
    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    /// <summary>A signed number as a varint whose lowest bit is the sign.</summary>
    public void WriteSigned(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Text in UTF-8 behind its length plus one; zero for null.</summary>
    public void WriteText(string? text)
    {
        if (text is null)
        {
            WriteByte(0);
            return;
        }

        var count = Encoding.UTF8.GetByteCount(text);
        WriteVarint((ulong)count + 1);
        Encoding.UTF8.GetBytes(text, Take(count));
    }

    /// <summary>Bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Numbers as they lie in memory, which is little-endian on every platform that the product runs on.</summary>
    public void WriteRaw<T>(ReadOnlySpan<T> values)
        where T : unmanaged =>
        WriteBytes(MemoryMarshal.AsBytes(values));

    /// <summary>Leaves room for a length that is known later.</summary>
    public int BeginLength()
    {
        WriteUInt32(0);
        return length;
    }

    /// <summary>Fills in how much was written since.</summary>
    public void EndLength(int start) => BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(start - sizeof(uint)), (uint)(length - start));

    /// <summary>The next bytes, to be filled by the caller at once.</summary>
    public Span<byte> Take(int count)
    {
        if (buffer.Length - length < count)
        {
            Array.Resize(ref buffer, Math.Max(checked(length + count), (int)Math.Min(Array.MaxLength, buffer.Length * 2L)));
        }

        var taken = buffer.AsSpan(length, count);
        length += count;
        return taken;
    }
}
