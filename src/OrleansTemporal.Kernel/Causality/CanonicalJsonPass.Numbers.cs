using System.Buffers;

namespace OrleansTemporal.Causality;

// Numbers: the layout of ECMA-262, Number::toString, applied to the exact decimal digits. Where a double reproduces the
// value its shortest digits are these very digits, so this is RFC 8785 there, and it rounds nothing elsewhere.
internal ref partial struct CanonicalJsonPass
{
    private const int PlainDigitsMax = 21;
    private const int PlainZerosMax = 5;
    private const long ExponentMax = 999_999_999;

    private int PassNumber(int start)
    {
        var at = start;
        if (input[at] == '-')
        {
            at++;
        }

        var whole = at;
        at += CountDigits(at);
        var wholeDigits = at - whole;
        if (wholeDigits == 0)
        {
            throw Malformed(start, input[start] == '-' ? "a number has digits after its sign" : "this is no value");
        }

        if (input[whole] == '0' && wholeDigits > 1)
        {
            throw Malformed(start, "a number has no zeros in front");
        }

        var fractionDigits = 0;
        if (at < input.Length && input[at] == '.')
        {
            fractionDigits = CountDigits(at + 1);
            at += 1 + fractionDigits;
            if (fractionDigits == 0)
            {
                throw Malformed(start, "a number has digits after its point");
            }
        }

        var exponent = 0L;
        var hasExponent = at < input.Length && (input[at] | 0x20) == 'e';
        if (hasExponent)
        {
            exponent = ReadExponent(start, ref at);
        }

        if (hasExponent || !IsPlainAlready(start, whole, wholeDigits, fractionDigits))
        {
            Flush(start);
            pending = at;
            WriteNormalized(start, whole, wholeDigits, fractionDigits, exponent);
        }

        return at;
    }

    /// <summary>Whether a number without exponent is written as it will be.</summary>
    private readonly bool IsPlainAlready(int start, int whole, int wholeDigits, int fractionDigits)
    {
        if (fractionDigits == 0)
        {
            return input[whole] != '0' ? wholeDigits <= PlainDigitsMax : whole == start;
        }

        var fraction = input.Slice(whole + wholeDigits + 1, fractionDigits);
        if (fraction[^1] == '0')
        {
            return false;
        }

        return input[whole] != '0' ? wholeDigits <= PlainDigitsMax : fraction.IndexOfAnyExcept((byte)'0') <= PlainZerosMax;
    }

    private readonly int CountDigits(int at)
    {
        var end = at;
        while (end < input.Length && (uint)(input[end] - '0') <= 9)
        {
            end++;
        }

        return end - at;
    }

    /// <summary>Reads past the exponent; beyond any that could matter it saturates.</summary>
    private readonly long ReadExponent(int start, ref int at)
    {
        at++;
        var negative = at < input.Length && input[at] == '-';
        if (at < input.Length && input[at] is (byte)'-' or (byte)'+')
        {
            at++;
        }

        var digits = CountDigits(at);
        if (digits == 0)
        {
            throw Malformed(start, "a number has digits in its exponent");
        }

        var exponent = 0L;
        foreach (var digit in input.Slice(at, digits))
        {
            exponent = Math.Min((exponent * 10) + (digit - '0'), 1L << 40);
        }

        at += digits;
        return negative ? -exponent : exponent;
    }

    private void WriteNormalized(int start, int whole, int wholeDigits, int fractionDigits, long exponent)
    {
        var count = wholeDigits + fractionDigits;
        byte[]? pooled = null;
        var digits = count <= 256 ? stackalloc byte[256] : pooled = ArrayPool<byte>.Shared.Rent(count);
        input.Slice(whole, wholeDigits).CopyTo(digits);
        if (fractionDigits > 0)
        {
            input.Slice(whole + wholeDigits + 1, fractionDigits).CopyTo(digits[wholeDigits..]);
        }

        var leadingZeros = digits[..count].IndexOfAnyExcept((byte)'0');
        if (leadingZeros < 0)
        {
            EnsureRoom(1);
            Write("0"u8);
        }
        else
        {
            var last = digits[..count].LastIndexOfAnyExcept((byte)'0');

            // The value is 0.d1d2d3… times ten to this power.
            var point = wholeDigits - leadingZeros + exponent;
            if (Math.Abs(point - 1) > ExponentMax)
            {
                throw Malformed(start, $"this number is beyond ten to the power of {ExponentMax}");
            }

            EnsureRoom(count + PlainDigitsMax + 16);
            if (input[start] == '-')
            {
                Write("-"u8);
            }

            WriteDigits(digits[leadingZeros..(last + 1)], (int)point);
        }

        if (pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    private void WriteDigits(scoped ReadOnlySpan<byte> digits, int point)
    {
        if (point > PlainDigitsMax || point < -PlainZerosMax)
        {
            WriteScientific(digits, point - 1);
        }
        else if (point >= digits.Length)
        {
            Write(digits);
            WriteZeros(point - digits.Length);
        }
        else if (point > 0)
        {
            Write(digits[..point]);
            Write("."u8);
            Write(digits[point..]);
        }
        else
        {
            Write("0."u8);
            WriteZeros(-point);
            Write(digits);
        }
    }

    private void WriteScientific(scoped ReadOnlySpan<byte> digits, int exponent)
    {
        Write(digits[..1]);
        if (digits.Length > 1)
        {
            Write("."u8);
            Write(digits[1..]);
        }

        Write(exponent < 0 ? "e-"u8 : "e+"u8);
        Math.Abs(exponent).TryFormat(output[written..], out var length);
        written += length;
    }

    private void WriteZeros(int count)
    {
        output.Slice(written, count).Fill((byte)'0');
        written += count;
    }
}
