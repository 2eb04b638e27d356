using System.Buffers;
using System.Buffers.Binary;

namespace OrleansTemporal.Queries;

/// <summary>
/// The order of JSON values, as bytes that compare like the values do: missing, null, false, true, numbers by value,
/// strings by code points, arrays and objects by their canonical bytes. Several values one behind the other order like
/// columns, since no value's bytes begin another's. Equal bytes mean equal values.
/// </summary>
public static class ValueOrder
{
    /// <summary>First byte of every number below zero.</summary>
    internal const byte Negative = 5;

    private const byte Missing = 1;
    private const byte Null = 2;
    private const byte False = 3;
    private const byte True = 4;
    private const byte Zero = 6;
    private const byte Positive = 7;
    private const byte Text = 8;
    private const byte Array = 9;
    private const byte Object = 10;

    /// <summary>What no number is below, and everything else is below or above all of them.</summary>
    internal static readonly byte[] BeginOfNumbers = [Negative];

    /// <summary>What all numbers are below, and no string is.</summary>
    internal static readonly byte[] EndOfNumbers = [Text];

    /// <summary>What all strings are below.</summary>
    internal static readonly byte[] EndOfTexts = [Array];

    private const int PointBytes = 4;
    private const uint PointBias = 1u << 31;

    /// <summary>Whether a first byte is that of a number other than zero: four bytes for its power of ten and its digits with a zero behind them follow, inverted below zero.</summary>
    internal static bool IsNumber(byte rank) => rank is Negative or Positive;

    /// <summary>Appends one value.</summary>
    /// <param name="value">Canonical JSON; empty for a missing field.</param>
    /// <param name="descending">Whether greater values come first.</param>
    /// <param name="writer">Where the bytes go. At most 2 · length + 8 of them.</param>
    public static void Append(ReadOnlySpan<byte> value, bool descending, IBufferWriter<byte> writer)
    {
        var room = writer.GetSpan((2 * value.Length) + PointBytes + 4);
        var length = Encode(value, room);
        if (descending)
        {
            Invert(room[..length]);
        }

        writer.Advance(length);
    }

    /// <summary>Compares two values in this order. Empty stands for a missing field.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var (leftRank, rightRank) = (RankOf(left), RankOf(right));
        if (leftRank != rightRank)
        {
            return leftRank - rightRank;
        }

        return leftRank switch
        {
            Negative or Positive => DecimalText.Compare(left, right),
            Text => JsonText.Compare(left, right),
            Array or Object => left.SequenceCompareTo(right),
            _ => 0,
        };
    }

    private static byte RankOf(ReadOnlySpan<byte> value) => value.IsEmpty ? Missing : value[0] switch
    {
        (byte)'n' => Null,
        (byte)'f' => False,
        (byte)'t' => True,
        (byte)'"' => Text,
        (byte)'[' => Array,
        (byte)'{' => Object,
        (byte)'-' => Negative,
        (byte)'0' when value.Length == 1 => Zero,
        _ => Positive,
    };

    private static int Encode(ReadOnlySpan<byte> value, Span<byte> room)
    {
        var rank = room[0] = RankOf(value);
        return rank switch
        {
            Negative or Positive => EncodeNumber(new DecimalText(value), room),
            Text => EncodeText(value, room),
            Array or Object => EncodeRaw(value, room),
            _ => 1,
        };
    }

    private static int EncodeNumber(DecimalText number, Span<byte> room)
    {
        BinaryPrimitives.WriteUInt32BigEndian(room[1..], PointBias + (uint)number.Point);
        var length = 1 + PointBytes;
        var last = number.Length - 1;
        while (number[last] == '0')
        {
            last--;
        }

        for (var i = 0; i <= last; i++)
        {
            room[length++] = number[i];
        }

        // Fewer digits are less, since the end is below every digit.
        room[length++] = 0;
        if (number.IsNegative)
        {
            Invert(room[1..length]);
        }

        return length;
    }

    private static int EncodeText(ReadOnlySpan<byte> value, Span<byte> room)
    {
        using var plain = new JsonText.PlainText(JsonText.BodyOf(value));
        var length = 1;
        foreach (var unit in plain.Bytes)
        {
            room[length++] = unit;
            if (unit == 0)
            {
                // The end is two zeros, so a zero of the text must be above it.
                room[length++] = 0xFF;
            }
        }

        room[length++] = 0;
        room[length++] = 0;
        return length;
    }

    // Canonical JSON has no zero in it.
    private static int EncodeRaw(ReadOnlySpan<byte> value, Span<byte> room)
    {
        value.CopyTo(room[1..]);
        room[value.Length + 1] = 0;
        return value.Length + 2;
    }

    private static void Invert(Span<byte> bytes)
    {
        foreach (ref var unit in bytes)
        {
            unit = (byte)~unit;
        }
    }
}
