using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>One entity in a checkpoint, byte by byte in docs/formats/signals.md: its id and its state, each behind its length.</summary>
public readonly ref struct SignalEntry
{
    private SignalEntry(ReadOnlySpan<byte> id, ReadOnlySpan<byte> body, ReadOnlySpan<byte> whole)
    {
        Id = id;
        Body = body;
        Whole = whole;
    }

    /// <summary>The entity's id, in UTF-8.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>Its state.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>All bytes of the entry.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>Reads an entry and moves behind it.</summary>
    /// <exception cref="FormatException">When there is none.</exception>
    public static SignalEntry Read(scoped ref ReadOnlySpan<byte> bytes)
    {
        var start = bytes;
        var id = ReadText(ref bytes, Limits.KeyBytesMax);
        var body = ReadText(ref bytes, int.MaxValue);
        return new(id, body, start[..(start.Length - bytes.Length)]);
    }

    internal static void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> body)
    {
        WriteCount(writer, id.Length);
        writer.Write(id);
        WriteCount(writer, body.Length);
        writer.Write(body);
    }

    internal static void WriteCount(IBufferWriter<byte> writer, int count) => Varint.Write(writer, (ulong)count);

    internal static void WriteCount(IBufferWriter<byte> writer, ulong count) => Varint.Write(writer, count);

    internal static void WriteTime(IBufferWriter<byte> writer, long nanoseconds)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(sizeof(long)), nanoseconds);
        writer.Advance(sizeof(long));
    }

    internal static void WriteNumber(IBufferWriter<byte> writer, double number)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(sizeof(double)), number);
        writer.Advance(sizeof(double));
    }

    internal static byte ReadByte(scoped ref ReadOnlySpan<byte> bytes) => Take(ref bytes, 1)[0];

    internal static long ReadTime(scoped ref ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, sizeof(long)));

    internal static double ReadNumber(scoped ref ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadDoubleLittleEndian(Take(ref bytes, sizeof(double))) is var number && number >= 0 && double.IsFinite(number)
            ? number
            : throw new FormatException("A number is negative or not finite.");

    internal static ulong ReadCount(scoped ref ReadOnlySpan<byte> bytes, ulong max) =>
        Varint.TryRead(ref bytes, out var count) && count <= max ? count : throw new FormatException("A count is missing or too large.");

    internal static ReadOnlySpan<byte> ReadText(scoped ref ReadOnlySpan<byte> bytes, int lengthMax) => Take(ref bytes, (int)ReadCount(ref bytes, (ulong)lengthMax));

    internal static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.Length < count)
        {
            throw new FormatException("The bytes end too early.");
        }

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
