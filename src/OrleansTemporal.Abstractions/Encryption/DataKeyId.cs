using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Encryption;

/// <summary>Names a data key: 128 random bits, as text 32 lower-case hexadecimal digits. The default value means "none".</summary>
public readonly record struct DataKeyId : IUtf8SpanFormattable
{
    /// <summary>Bytes of its binary form.</summary>
    public const int Size = 16;

    /// <summary>Characters of its text.</summary>
    public const int TextLength = 2 * Size;

    /// <summary>Names a key.</summary>
    public DataKeyId(UInt128 value) => Value = value;

    /// <summary>The number; 0 for none.</summary>
    public UInt128 Value { get; }

    /// <summary>Whether this names no key.</summary>
    public bool IsNone => Value == default;

    /// <summary>Reads the binary form, highest byte first.</summary>
    /// <exception cref="ArgumentException">Not 16 bytes.</exception>
    public static DataKeyId FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? new DataKeyId(BinaryPrimitives.ReadUInt128BigEndian(bytes)) : throw new ArgumentException("The id of a data key has 16 bytes.", nameof(bytes));

    /// <summary>Writes the binary form into the first 16 bytes.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_field</c>.</exception>
    public static DataKeyId Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The id of a data key is 32 lower-case hexadecimal digits.");

    /// <summary>Reads the text form; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DataKeyId value)
    {
        value = default;
        if (text is not { Length: TextLength } || text.AsSpan().ContainsAnyInRange('A', 'F') || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        value = new DataKeyId(number);
        return true;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(utf8Destination, out bytesWritten, "x32", CultureInfo.InvariantCulture);
}
