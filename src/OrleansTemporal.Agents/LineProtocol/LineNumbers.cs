using System.Text;

namespace OrleansTemporal.LineProtocol;

/// <summary>Numbers as most lines have them.</summary>
internal static class LineNumbers
{
    // A double holds whole numbers of so many digits exactly, and powers of ten up to 10^22; one division is rounded once.
    private const int DigitsMax = 15;

    private static readonly double[] Powers = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>UTF-8 that refuses what is none.</summary>
    public static UTF8Encoding StrictUtf8 { get; } = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a decimal of at most 15 digits; false for anything else, which may be a number all the same.</summary>
    public static bool TryReadDecimal(ReadOnlySpan<byte> text, out double value)
    {
        var i = !text.IsEmpty && text[0] == '-' ? 1 : 0;
        var (number, digits, point) = (0L, 0, -1);
        for (var at = i; at < text.Length; at++)
        {
            var digit = text[at] - '0';
            if ((uint)digit <= 9)
            {
                number = (number * 10) + digit;
                digits++;
            }
            else if (text[at] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                value = 0;
                return false;
            }

            if (digits > DigitsMax)
            {
                value = 0;
                return false;
            }
        }

        var magnitude = point < 0 ? number : number / Powers[digits - point];
        value = i == 1 ? -magnitude : magnitude;
        return digits > 0;
    }
}
