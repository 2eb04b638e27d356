using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansTemporal.Wire;

/// <summary>Reads what a <see cref="WireWriter"/> wrote. Values that are bytes stay slices of the one array that came in.</summary>
/// <param name="bytes">The record; nobody changes it any more.</param>
internal ref struct WireReader(byte[] bytes)
{
    private int position;

    /// <summary>Where the reader stands.</summary>
    public readonly int Position => position;

    /// <summary>Where the record that is being read ends.</summary>
    public int End { get; private set; } = bytes.Length;

    public byte ReadByte() => Take(1)[0];

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public UInt128 ReadUInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    public ulong ReadVarint()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    public long ReadSigned()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public string? ReadText()
    {
        var count = ReadVarint();
        return count == 0 ? null : Encoding.UTF8.GetString(Take(checked((int)(count - 1))));
    }

    /// <summary>A count of things that take at least some bytes each, so that a wrong one is refused before room is made for it.</summary>
    public int ReadCount(int bytesEachMin)
    {
        var count = ReadVarint();
        return count <= (ulong)((End - position) / Math.Max(1, bytesEachMin)) + 1 ? (int)count : throw Malformed();
    }

    /// <summary>The next bytes as part of the array that came in.</summary>
    public ReadOnlyMemory<byte> ReadMemory(int count)
    {
        var start = position;
        Take(count);
        return bytes.AsMemory(start, count);
    }

    /// <summary>Numbers as they lie in memory.</summary>
    public T[] ReadRaw<T>(int count)
        where T : unmanaged
    {
        var values = GC.AllocateUninitializedArray<T>(count);
        var target = MemoryMarshal.AsBytes(values.AsSpan());
        Take(target.Length).CopyTo(target);
        return values;
    }

    /// <summary>Narrows the reader to a record inside; <see cref="Leave"/> undoes it and skips what was not read.</summary>
    /// <returns>The end of what is around it.</returns>
    public int Enter(int length)
    {
        if ((uint)length > (uint)(End - position))
        {
            throw Malformed();
        }

        var outer = End;
        End = position + length;
        return outer;
    }

    /// <inheritdoc cref="Enter"/>
    public void Leave(int outer)
    {
        position = End;
        End = outer;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(End - position))
        {
            throw Malformed();
        }

        var taken = bytes.AsSpan(position, count);
        position += count;
        return taken;
    }

    public static InvalidDataException Malformed() => new("A record that another process sent does not have the form that it should have.");
}
