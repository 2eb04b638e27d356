using System.Text;

namespace OrleansTemporal.Causality;

/// <summary>The order of canonical JSON names: by the UTF-16 code units that they stand for (RFC 8785, section 3.2.3).</summary>
internal static class JsonNames
{
    /// <summary>Compares the bodies of two canonical strings.</summary>
    internal static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Contains((byte)'\\') || right.Contains((byte)'\\') ? CompareUnits(left, right) : ComparePlain(left, right);

    /// <summary>Compares the bodies of two canonical strings without escapes.</summary>
    internal static int ComparePlain(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        // Bytes of UTF-8 are in the order of UTF-16 but for characters beyond U+FFFF, which sort before U+E000 there.
        var (a, b) = (left[common], right[common]);
        return a < 0xEE || b < 0xEE ? a - b : CompareUnits(left, right);
    }

    private static int CompareUnits(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<char> leftUnits = stackalloc char[2];
        Span<char> rightUnits = stackalloc char[2];
        while (left.Length > 0 && right.Length > 0)
        {
            var leftCount = TakeScalar(ref left).EncodeToUtf16(leftUnits);
            var rightCount = TakeScalar(ref right).EncodeToUtf16(rightUnits);
            var order = leftUnits[..leftCount].SequenceCompareTo(rightUnits[..rightCount]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }

    private static Rune TakeScalar(ref ReadOnlySpan<byte> body)
    {
        if (body[0] != '\\')
        {
            Rune.DecodeFromUtf8(body, out var scalar, out var length);
            body = body[length..];
            return scalar;
        }

        var code = body[1];
        if (code == 'u')
        {
            // Only control characters are written by number.
            var low = body[5];
            var value = ((body[4] - '0') << 4) | ((low & 0xF) + (low > '9' ? 9 : 0));
            body = body[6..];
            return new Rune(value);
        }

        body = body[2..];
        return new Rune(code switch
        {
            (byte)'b' => '\b',
            (byte)'t' => '\t',
            (byte)'n' => '\n',
            (byte)'f' => '\f',
            (byte)'r' => '\r',
            _ => (char)code,
        });
    }
}
