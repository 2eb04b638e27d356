using System.Runtime.Intrinsics;
using System.Text;

namespace OrleansTemporal.Causality;

// Strings: RFC 8785, section 3.2.2.2. Everything but quotation mark, backslash and control characters stands for itself.
internal ref partial struct CanonicalJsonPass
{
    private void WriteString()
    {
        var start = read;
        output[written++] = input[read++];
        while (true)
        {
            CopyPlain();
            switch (Peek())
            {
                case '"':
                    CopyByte();
                    return;
                case '\\':
                    WriteEscape();
                    break;
                case -1:
                    throw Malformed(start, "this string doesn't end");
                default:
                    throw Malformed(read, "a control character in a string must be escaped");
            }
        }
    }

    /// <summary>Copies up to the next byte that needs a look, or to the end. Whole vectors are stored: the room behind the output bears it.</summary>
    private void CopyPlain()
    {
        while (input.Length - read >= Vector256<byte>.Count)
        {
            var bytes = Vector256.Create(input.Slice(read, Vector256<byte>.Count));
            bytes.CopyTo(output[written..]);
            var special = Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes);
            var mask = special.ExtractMostSignificantBits();
            var count = mask == 0 ? Vector256<byte>.Count : System.Numerics.BitOperations.TrailingZeroCount(mask);
            read += count;
            written += count;
            if (mask != 0)
            {
                return;
            }
        }

        while (read < input.Length && input[read] is >= 0x20 and not ((byte)'"' or (byte)'\\'))
        {
            CopyByte();
        }
    }

    private void WriteEscape()
    {
        var at = read;
        if (input.Length - read < 2)
        {
            throw Malformed(at, "this escape is cut off");
        }

        var code = input[read + 1];
        read += 2;
        switch (code)
        {
            case (byte)'"':
            case (byte)'\\':
            case (byte)'b':
            case (byte)'f':
            case (byte)'n':
            case (byte)'r':
            case (byte)'t':
                output[written++] = (byte)'\\';
                output[written++] = code;
                break;
            case (byte)'/':
                output[written++] = code;
                break;
            case (byte)'u':
                WriteScalar(ReadScalar(at));
                break;
            default:
                throw Malformed(at, "there is no such escape");
        }
    }

    /// <summary>The four digits after \u, joined with a second escape when they are the first half of a pair.</summary>
    private Rune ReadScalar(int at)
    {
        var first = ReadHexUnit(at);
        if (Rune.TryCreate(first, out var scalar))
        {
            return scalar;
        }

        if (char.IsHighSurrogate(first) && input[read..].StartsWith("\\u"u8))
        {
            read += 2;
            if (Rune.TryCreate(first, ReadHexUnit(at), out scalar))
            {
                return scalar;
            }
        }

        throw Malformed(at, "this is one half of a surrogate pair");
    }

    private char ReadHexUnit(int at)
    {
        if (input.Length - read < 4)
        {
            throw Malformed(at, "this escape is cut off");
        }

        var unit = 0;
        foreach (var digit in input.Slice(read, 4))
        {
            unit = char.IsAsciiHexDigit((char)digit)
                ? (unit << 4) | ((digit & 0xF) + (digit > '9' ? 9 : 0))
                : throw Malformed(at, "an escape by number has four hexadecimal digits");
        }

        read += 4;
        return (char)unit;
    }

    private void WriteScalar(Rune scalar)
    {
        var shortForm = scalar.Value switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\b' => (byte)'b',
            '\t' => (byte)'t',
            '\n' => (byte)'n',
            '\f' => (byte)'f',
            '\r' => (byte)'r',
            _ => (byte)0,
        };
        if (shortForm != 0)
        {
            output[written++] = (byte)'\\';
            output[written++] = shortForm;
        }
        else if (scalar.Value < 0x20)
        {
            "\\u00"u8.CopyTo(output[written..]);
            output[written + 4] = (byte)('0' + (scalar.Value >> 4));
            output[written + 5] = "0123456789abcdef"u8[scalar.Value & 0xF];
            written += 6;
        }
        else
        {
            written += scalar.EncodeToUtf8(output[written..]);
        }
    }
}
