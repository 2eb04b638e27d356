using System.Buffers.Binary;
using System.Text.Unicode;

namespace OrleansTemporal.Causality;

/// <summary>Walks the variable part of a header. Every step checks its bound first and answers false beyond it.</summary>
internal ref struct DeltaHeaderReader(ReadOnlySpan<byte> header, int position)
{
    private readonly ReadOnlySpan<byte> header = header;

    /// <summary>Where the next field starts.</summary>
    internal int Position { get; private set; } = position;

    internal readonly bool IsAtEnd => Position == header.Length;

    internal bool TryReadUInt16(out int value)
    {
        value = 0;
        if (!TryReadBytes(2, out var bytes))
        {
            return false;
        }

        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return true;
    }

    internal bool TryReadBytes(int length, out ReadOnlySpan<byte> bytes)
    {
        if ((uint)length > (uint)(header.Length - Position))
        {
            bytes = default;
            return false;
        }

        bytes = header.Slice(Position, length);
        Position += length;
        return true;
    }

    /// <summary>A length of 16 bits and that much UTF-8.</summary>
    internal bool TryReadText(int bytesMin, int bytesMax, out ReadOnlySpan<byte> text)
    {
        text = default;
        return TryReadUInt16(out var length)
            && length >= bytesMin
            && length <= bytesMax
            && TryReadBytes(length, out text)
            && Utf8.IsValid(text);
    }

    internal bool TryReadCauses() =>
        TryReadUInt16(out var count) && count is >= 1 and <= Limits.CausesMax && TryReadEachCause(count);

    internal bool TryReadMetadata()
    {
        if (!TryReadUInt16(out var count) || count is 0 or > Limits.MetadataCountMax)
        {
            return false;
        }

        ReadOnlySpan<byte> previous = default;
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(0, Limits.MetadataBytesMax, out var key)
                || !TryReadText(0, Limits.MetadataBytesMax, out _)
                || (i > 0 && previous.SequenceCompareTo(key) >= 0))
            {
                return false;
            }

            previous = key;
        }

        return true;
    }

    internal bool TryReadGroup() =>
        TryReadBytes(16, out _) && TryReadUInt16(out var size) && TryReadUInt16(out var index) && index < size;

    internal bool TryReadFacet()
    {
        if (!TryReadBytes(4, out var bytes))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return length is >= 1 and <= DeltaFormat.FacetBytesMax && TryReadBytes((int)length, out _);
    }

    private bool TryReadEachCause(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TryReadBytes(DeltaFormat.CauseBytes, out var cause) || BinaryPrimitives.ReadInt64LittleEndian(cause[4..]) < 0)
            {
                return false;
            }
        }

        return true;
    }
}
