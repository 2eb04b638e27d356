using System.Globalization;
using System.Numerics;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>
/// The exact sum of decimal numbers: a whole number and how many of its digits are behind the point. The order of adding
/// does not matter. Small numbers are gathered in 128 bits before they go to the large one.
/// </summary>
internal sealed class ExactSum
{
    private const int MeanDigits = 34;
    private const int SmallDigitsMax = 18;

    private static readonly Int128 GatheredMax = Int128.One << 120;
    private static readonly Int128[] Powers = MakePowers();

    private BigInteger total;
    private Int128 gathered;
    private int scale;

    /// <summary>Adds a canonical number. O(digits).</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: more digits before or behind the point than <see cref="Limits.SumDigitsMax"/>.</exception>
    internal void Add(ReadOnlySpan<byte> number, string field)
    {
        var text = new DecimalText(number);
        if (text.IsZero)
        {
            return;
        }

        var behind = text.Length - text.Point;
        if (text.Point > Limits.SumDigitsMax || behind > Limits.SumDigitsMax)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' has a number with more than {Limits.SumDigitsMax} digits before or behind its point; such are not summed.")
            {
                Field = field,
                Limit = Limits.SumDigitsMax,
            };
        }

        if (behind > scale)
        {
            Settle();
            total *= BigInteger.Pow(10, behind - scale);
            scale = behind;
        }

        // Zeros that the scale asks for, behind the digits.
        var shift = scale - behind;
        if (text.Length <= SmallDigitsMax && shift <= SmallDigitsMax)
        {
            var digits = 0L;
            for (var i = 0; i < text.Length; i++)
            {
                digits = (digits * 10) + (text[i] - '0');
            }

            gathered += (text.IsNegative ? -digits : digits) * Powers[shift];
            if (gathered > GatheredMax || gathered < -GatheredMax)
            {
                Settle();
            }
        }
        else
        {
            total += Parse(text) * BigInteger.Pow(10, shift);
        }
    }

    /// <summary>Whether a canonical number is short enough to be added.</summary>
    internal static bool CanAdd(ReadOnlySpan<byte> number)
    {
        var text = new DecimalText(number);
        return text.IsZero || (text.Point <= Limits.SumDigitsMax && text.Length - text.Point <= Limits.SumDigitsMax);
    }

    /// <summary>The sum as a canonical number.</summary>
    internal byte[] ToCanonical()
    {
        Settle();
        return Canonical(total, -scale);
    }

    /// <summary>The sum by a count, rounded once, half to even, to 34 significant digits; canonical.</summary>
    internal byte[] Mean(long count)
    {
        Settle();
        var magnitude = BigInteger.Abs(total);
        var extra = Math.Max(0, MeanDigits + 1 + CountDigits(count) - CountDigits(magnitude));
        var quotient = BigInteger.DivRem(magnitude * BigInteger.Pow(10, extra), count, out var rest);
        var excess = Math.Max(0, CountDigits(quotient) - MeanDigits);
        var unit = BigInteger.Pow(10, excess);
        var kept = BigInteger.DivRem(quotient, unit, out var dropped);
        var half = (2 * dropped).CompareTo(unit);
        if (half > 0 || (half == 0 && (!rest.IsZero || !kept.IsEven)))
        {
            kept++;
        }

        return Canonical(total.Sign < 0 ? -kept : kept, excess - extra - scale);
    }

    private void Settle()
    {
        total += (BigInteger)gathered;
        gathered = 0;
    }

    private static BigInteger Parse(DecimalText text)
    {
        var digits = new char[text.Length];
        for (var i = 0; i < digits.Length; i++)
        {
            digits[i] = (char)text[i];
        }

        var value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return text.IsNegative ? -value : value;
    }

    private static byte[] Canonical(BigInteger digits, int exponent) =>
        CanonicalJson.Canonicalize(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{digits}e{exponent}")));

    private static int CountDigits(BigInteger value) => value.IsZero ? 0 : value.ToString(CultureInfo.InvariantCulture).Length;

    private static Int128[] MakePowers()
    {
        var powers = new Int128[SmallDigitsMax + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
