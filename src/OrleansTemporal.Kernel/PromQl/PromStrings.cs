using System.Globalization;
using System.Text;

namespace OrleansTemporal.PromQl;

/// <summary>Texts in quotes: single or double ones with escapes, backticks without.</summary>
internal static class PromStrings
{
    /// <summary>Reads a text that begins at a quote; goes behind its end.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>malformed_query</c>.</exception>
    public static string Read(string query, ref int at)
    {
        var (start, quote) = (at, query[at]);
        var text = new StringBuilder();
        for (at++; at < query.Length; at++)
        {
            if (query[at] == quote)
            {
                at++;
                return text.ToString();
            }

            if (quote == '`' || query[at] != '\\')
            {
                if (query[at] == '\n' && quote != '`')
                {
                    break;
                }

                text.Append(query[at]);
            }
            else if (!TryReadEscape(query, quote, text, ref at))
            {
                throw PromErrors.Malformed($"The escape at character {at + 1} of the query means nothing.");
            }
        }

        throw PromErrors.Malformed($"The text that begins at character {start + 1} of the query does not end.");
    }

    // Stops at the last character of the escape.
    private static bool TryReadEscape(string query, char quote, StringBuilder text, ref int at)
    {
        if (++at == query.Length)
        {
            return false;
        }

        var letter = query[at];
        var plain = "abfnrtv\\".IndexOf(letter, StringComparison.Ordinal);
        if (plain >= 0)
        {
            text.Append("\a\b\f\n\r\t\v\\"[plain]);
            return true;
        }

        if (letter == quote)
        {
            text.Append(quote);
            return true;
        }

        return letter switch
        {
            'x' => TryReadRune(query, 2, 16, text, ref at),
            'u' => TryReadRune(query, 4, 16, text, ref at),
            'U' => TryReadRune(query, 8, 16, text, ref at),
            >= '0' and <= '7' => TryReadOctal(query, text, ref at),
            _ => false,
        };
    }

    private static bool TryReadOctal(string query, StringBuilder text, ref int at)
    {
        at--;
        return TryReadRune(query, 3, 8, text, ref at);
    }

    private static bool TryReadRune(string query, int digits, int radix, StringBuilder text, ref int at)
    {
        var value = 0L;
        for (var i = 0; i < digits; i++)
        {
            if (++at == query.Length
                || !int.TryParse(query.AsSpan(at, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digit)
                || digit >= radix)
            {
                at = Math.Min(at, query.Length - 1);
                return false;
            }

            value = (value * radix) + digit;
        }

        if (value > int.MaxValue || !Rune.IsValid((int)value))
        {
            return false;
        }

        text.Append(new Rune((int)value).ToString());
        return true;
    }
}
