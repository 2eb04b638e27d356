using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace OrleansTemporal.Causality;

// Strings: RFC 8785, section 3.2.2.2. Everything but quotation mark, backslash and control characters stands for itself.
internal ref partial struct CanonicalJsonPass
{
    private int PassString(int start)
    {
        var at = start + 1;
        while (input.Length - at >= Vector256<byte>.Count)
        {
            // Unsafe because the bounds check costs as much as the search; the condition above bounds the load.
            var special = FindSpecial(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(input), (nuint)at));
            if (special == 0)
            {
                at += Vector256<byte>.Count;
                continue;
            }

            at += BitOperations.TrailingZeroCount(special);
            if (input[at] == '"')
            {
                return at + 1;
            }

            at = PassSpecial(at);
        }

        return PassLastString(start, at);
    }

    /// <summary>A bit for each byte that doesn't stand for itself: quotation mark, backslash and control characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FindSpecial(Vector256<byte> bytes)
    {
        var special = Vector256.Equals(bytes, Vector256.Create((byte)'"'))
            | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
            | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes);
        return special.ExtractMostSignificantBits();
    }

    /// <summary>The same byte by byte, for what stands less than a vector before the end of the input.</summary>
    private int PassLastString(int start, int at)
    {
        while (at < input.Length)
        {
            var next = input[at];
            if (next == '"')
            {
                return at + 1;
            }

            at = next is < 0x20 or (byte)'\\' ? PassSpecial(at) : at + 1;
        }

        throw Malformed(start, "this string doesn't end");
    }

    private int PassSpecial(int at)
    {
        if (input[at] != '\\')
        {
            throw Malformed(at, "a control character in a string must be escaped");
        }

        escapes++;
        switch (Peek(at + 1))
        {
            case '"' or '\\' or 'b' or 'f' or 'n' or 'r' or 't':
                return at + 2;
            case '/':
                Flush(at);
                pending = at + 1;
                return at + 2;
            case 'u':
                return PassNumericEscape(at);
            default:
                throw Malformed(at, "there is no such escape");
        }
    }

    private int PassNumericEscape(int at)
    {
        var end = at + 6;
        var unit = ReadHexUnit(at, at);
        if (!Rune.TryCreate(unit, out var scalar))
        {
            end = at + 12;
            if (!char.IsHighSurrogate(unit)
                || Peek(at + 6) != '\\'
                || Peek(at + 7) != 'u'
                || !Rune.TryCreate(unit, ReadHexUnit(at, at + 6), out scalar))
            {
                throw Malformed(at, "this is one half of a surrogate pair");
            }
        }

        Flush(at);
        pending = end;
        EnsureRoom(end - at);
        WriteScalar(scalar);
        return end;
    }

    private readonly char ReadHexUnit(int start, int escape)
    {
        if (input.Length - escape < 6)
        {
            throw Malformed(start, "this escape is cut off");
        }

        var unit = 0;
        foreach (var digit in input.Slice(escape + 2, 4))
        {
            unit = char.IsAsciiHexDigit((char)digit)
                ? (unit << 4) | ((digit & 0xF) + (digit > '9' ? 9 : 0))
                : throw Malformed(start, "an escape by number has four hexadecimal digits");
        }

        return (char)unit;
    }

    private void WriteScalar(Rune scalar)
    {
        switch (scalar.Value)
        {
            case '"':
                Write("\\\""u8);
                break;
            case '\\':
                Write("\\\\"u8);
                break;
            case '\b':
                Write("\\b"u8);
                break;
            case '\t':
                Write("\\t"u8);
                break;
            case '\n':
                Write("\\n"u8);
                break;
            case '\f':
                Write("\\f"u8);
                break;
            case '\r':
                Write("\\r"u8);
                break;
            case < 0x20:
                Write("\\u00"u8);
                Write([(byte)('0' + (scalar.Value >> 4)), "0123456789abcdef"u8[scalar.Value & 0xF]]);
                break;
            default:
                written += scalar.EncodeToUtf8(output[written..]);
                break;
        }
    }
}
