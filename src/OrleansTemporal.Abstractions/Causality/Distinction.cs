using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// A content address: 32 bytes of tagged SHA-256. Its text is 64 lower-case hexadecimal digits.
/// Ordered as its bytes are. The default value, all zero, stands for "none".
/// </summary>
public readonly record struct Distinction : ISpanFormattable, IUtf8SpanFormattable, IComparable<Distinction>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    /// <summary>Length of the text, in characters.</summary>
    public const int TextLength = 64;

    // Four words rather than an array: no allocation, equality in two vector compares.
    private readonly ulong word0, word1, word2, word3;

    private Distinction(ulong a, ulong b, ulong c, ulong d) => (word0, word1, word2, word3) = (a, b, c, d);

    /// <summary>Whether all bytes are zero, as in the default value.</summary>
    public bool IsZero => (word0 | word1 | word2 | word3) == 0;

    /// <summary>Takes the bytes as they are.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_distinction</c>: another length.</exception>
    public static Distinction FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new Distinction(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]))
        : throw Refuse();

    /// <summary>Reads the text form.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_distinction</c>.</exception>
    public static Distinction Parse(string text) => TryParse(text, out var value) ? value : throw Refuse();

    /// <summary>Reads the text form; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Distinction value)
    {
        Span<byte> utf8 = stackalloc byte[TextLength];
        value = default;
        return AsciiText.TryNarrow(text, utf8, out var length) && TryParse(utf8[..length], out value);
    }

    /// <summary>Reads the text form from ASCII bytes; false when it isn't one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Distinction value)
    {
        value = default;
        if (utf8.Length != TextLength
            || !AsciiText.TryReadHex(utf8[..16], out var a)
            || !AsciiText.TryReadHex(utf8[16..32], out var b)
            || !AsciiText.TryReadHex(utf8[32..48], out var c)
            || !AsciiText.TryReadHex(utf8[48..], out var d))
        {
            return false;
        }

        value = new Distinction(a, b, c, d);
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, word0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], word1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], word2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], word3);
    }

    /// <summary>Writes the 32 bytes; false when they don't fit.</summary>
    public bool TryWriteBytes(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            return false;
        }

        CopyTo(destination);
        return true;
    }

    /// <summary>Writes the text as ASCII bytes; false when its 64 bytes don't fit.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < TextLength)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.TryToHexStringLower(bytes, utf8Destination, out bytesWritten);
    }

    /// <summary>Writes the text; false when its 64 characters don't fit.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        Span<byte> utf8 = stackalloc byte[TextLength];
        TryFormat(utf8, out _);
        return AsciiText.TryWiden(utf8, destination, out charsWritten);
    }

    /// <inheritdoc/>
    public int CompareTo(Distinction other)
    {
        var order = word0.CompareTo(other.word0);
        order = order != 0 ? order : word1.CompareTo(other.word1);
        order = order != 0 ? order : word2.CompareTo(other.word2);
        return order != 0 ? order : word3.CompareTo(other.word3);
    }

    /// <summary>The bytes are those of a hash already, so any four of them spread well.</summary>
    public override int GetHashCode() => (int)word3;

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(TextLength, this, static (span, value) => value.TryFormat(span, out _));

    /// <summary>Whether one comes before the other in byte order.</summary>
    public static bool operator <(Distinction left, Distinction right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(Distinction left, Distinction right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(Distinction left, Distinction right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(Distinction left, Distinction right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    private static TemporalException Refuse() => new(
        ErrorKind.Invalid, "invalid_distinction", "A distinction is 32 bytes, written as 64 lower-case hexadecimal digits.");
}
