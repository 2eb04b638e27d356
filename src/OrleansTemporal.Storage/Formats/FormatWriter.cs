using System.Buffers.Binary;
using System.Text;

namespace OrleansTemporal.Storage.Formats;

/// <summary>Collects little-endian fields. The counterpart of <see cref="FormatReader"/>.</summary>
internal sealed class FormatWriter(int capacity = 1024)
{
    private byte[] buffer = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, Length);

    public ReadOnlySpan<byte> WrittenSpan => buffer.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public Span<byte> Reserve(int count)
    {
        if (buffer.Length - Length < count)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + count));
        }

        var span = buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void U8(byte value) => Reserve(1)[0] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void I64(long value) => U64((ulong)value);

    public void Var(ulong value)
    {
        if (value < 0x80)
        {
            U8((byte)value);
            return;
        }

        var span = Reserve(Varint.LengthMax);
        Length += Varint.Write(span, value) - Varint.LengthMax;
    }

    public void Distinction(Causality.Distinction value) => value.CopyTo(Reserve(Causality.Distinction.Size));

    /// <summary>ASCII text with a 16-bit length before it.</summary>
    public void Text(string text)
    {
        U16(checked((ushort)text.Length));
        Encoding.ASCII.GetBytes(text, Reserve(text.Length));
    }
}
