using System.Globalization;

namespace OrleansTemporal.PromQl;

/// <summary>Numbers, durations and moments as PromQL and its HTTP API write them.</summary>
public static class PromLiterals
{
    /// <summary>The greatest moment, and the longest duration, in milliseconds: what nanoseconds in 64 bits hold.</summary>
    public const long MillisecondsMax = long.MaxValue / NanosecondsPerMillisecond;

    private const long NanosecondsPerMillisecond = 1_000_000;
    private const double MillisecondsPerSecond = 1_000;

    private static readonly (string Unit, long Milliseconds)[] Units =
    [
        ("y", 365L * 24 * 3_600_000), ("w", 7L * 24 * 3_600_000), ("d", 24L * 3_600_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ];

    /// <summary>Nanoseconds of a moment in milliseconds; saturates.</summary>
    public static long ToNanoseconds(long milliseconds) =>
        milliseconds > MillisecondsMax ? long.MaxValue : milliseconds < -MillisecondsMax ? long.MinValue : milliseconds * NanosecondsPerMillisecond;

    /// <summary>Reads a duration: whole numbers with units from the greatest to the least, each at most once, as <c>1h30m</c>.</summary>
    public static bool TryReadDuration(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        var (total, next) = ((Int128)0, 0);
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 18)
            {
                return false;
            }

            var count = long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            text = text[digits..];
            var letters = text.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? text : text[..letters];
            text = text[unit.Length..];
            while (next < Units.Length && !unit.SequenceEqual(Units[next].Unit))
            {
                next++;
            }

            if (next == Units.Length)
            {
                return false;
            }

            total += (Int128)count * Units[next++].Milliseconds;
        }

        milliseconds = (long)Int128.Min(total, MillisecondsMax);
        return next > 0 && total <= MillisecondsMax;
    }

    /// <summary>Reads a number: decimal, hexadecimal, <c>Inf</c> or <c>NaN</c>; underscores may part digits.</summary>
    public static bool TryReadNumber(string text, out double value)
    {
        var sign = text.StartsWith('-') ? -1.0 : 1.0;
        var digits = text.AsSpan(text.Length > 0 && text[0] is '-' or '+' ? 1 : 0);
        if (digits.Equals("inf", StringComparison.OrdinalIgnoreCase) || digits.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = (digits[0] | 0x20) == 'i' ? sign * double.PositiveInfinity : double.NaN;
            return true;
        }

        value = 0;
        if (digits.IsEmpty || digits[^1] == '_' || digits[0] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        var plain = digits.ToString().Replace("_", "", StringComparison.Ordinal);
        if (plain.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var isWhole = ulong.TryParse(plain.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var whole);
            value = sign * whole;
            return isWhole;
        }

        var isNumber = double.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
        value *= sign;
        return isNumber;
    }

    /// <summary>Reads a duration, or a number of seconds.</summary>
    public static bool TryReadSpan(string text, out long milliseconds) =>
        TryReadDuration(text, out milliseconds) || (TryReadNumber(text, out var seconds) && TryRound(seconds, out milliseconds));

    /// <summary>Milliseconds of seconds; false when there are too many.</summary>
    public static bool TryRound(double seconds, out long milliseconds)
    {
        var rounded = Math.Round(seconds * MillisecondsPerSecond, MidpointRounding.AwayFromZero);
        var isIn = Math.Abs(rounded) <= MillisecondsMax;
        milliseconds = isIn ? (long)rounded : 0;
        return isIn;
    }

    /// <summary>
    /// A value as the API writes it: the shortest digits that read back as it, without an exponent from 1e-6 up to 1e21.
    /// </summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('E', StringComparison.Ordinal))
        {
            return text;
        }

        return Math.Abs(value) is >= 1e-6 and < 1e21
            ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : text.Replace('E', 'e');
    }
}
