using System.Globalization;

namespace OrleansTemporal.Queries;

/// <summary>
/// A canonical number as digits and a power of ten: ± 0.d₁d₂… × 10^<see cref="Point"/>, d₁ ≠ 0. Comparisons go digit by
/// digit over the text, so nothing is ever rounded. Zero has no digits.
/// </summary>
internal readonly ref struct DecimalText
{
    private readonly ReadOnlySpan<byte> whole;
    private readonly ReadOnlySpan<byte> fraction;

    /// <summary>Takes a canonical number apart. O(length).</summary>
    internal DecimalText(ReadOnlySpan<byte> number)
    {
        IsNegative = number[0] == '-';
        var text = IsNegative ? number[1..] : number;
        var exponent = 0;
        var e = text.IndexOf((byte)'e');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var dot = text.IndexOf((byte)'.');
        whole = dot < 0 ? text : text[..dot];
        fraction = dot < 0 ? default : text[(dot + 1)..];
        Point = whole.Length + exponent;
        if (whole[0] == '0')
        {
            var zeros = fraction.IndexOfAnyExcept((byte)'0');
            whole = default;
            fraction = zeros < 0 ? default : fraction[zeros..];
            Point = zeros < 0 ? 0 : -zeros;
        }
    }

    internal bool IsNegative { get; }

    /// <summary>The power of ten that 0.d₁d₂… is multiplied by.</summary>
    internal int Point { get; }

    /// <summary>How many digits there are; zeros at the end of a whole number count.</summary>
    internal int Length => whole.Length + fraction.Length;

    internal bool IsZero => Length == 0;

    /// <summary>A digit as its character.</summary>
    internal byte this[int index] => index < whole.Length ? whole[index] : fraction[index - whole.Length];

    /// <summary>Compares two canonical numbers by value.</summary>
    internal static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var (leftNegative, rightNegative) = (left[0] == '-', right[0] == '-');
        return leftNegative != rightNegative
            ? (leftNegative ? -1 : 1)
            : leftNegative ? CompareMagnitudes(right[1..], left[1..]) : CompareMagnitudes(left, right);
    }

    private static int CompareMagnitudes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        // Without exponents the one with more digits before the point is larger, and equally many stand below each other.
        var (leftWhole, rightWhole) = (CountWhole(left), CountWhole(right));
        return leftWhole < 0 || rightWhole < 0
            ? CompareDigits(new DecimalText(left), new DecimalText(right))
            : leftWhole != rightWhole ? leftWhole - rightWhole : left.SequenceCompareTo(right);
    }

    // Digits before the point; negative when there is an exponent.
    private static int CountWhole(ReadOnlySpan<byte> number)
    {
        var whole = 0;
        while (whole < number.Length && number[whole] is >= (byte)'0' and <= (byte)'9')
        {
            whole++;
        }

        return number[whole..].Contains((byte)'e') ? -1 : whole;
    }

    private static int CompareDigits(DecimalText left, DecimalText right)
    {
        if (left.IsZero || right.IsZero)
        {
            return left.Length.CompareTo(right.Length);
        }

        if (left.Point != right.Point)
        {
            return left.Point.CompareTo(right.Point);
        }

        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var order = (i < left.Length ? left[i] : '0') - (i < right.Length ? right[i] : '0');
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
