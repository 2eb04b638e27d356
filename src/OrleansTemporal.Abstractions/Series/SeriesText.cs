using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Backslashes in the canonical texts of tags and series.</summary>
internal static class SeriesText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Escape(StringBuilder text, string part)
    {
        foreach (var unit in part)
        {
            if (unit is ',' or '=' or ' ' or '\\')
            {
                text.Append('\\');
            }

            text.Append(unit);
        }
    }

    /// <summary>What stands before a separator, unescaped; the separator has to come.</summary>
    public static string Read(ref ReadOnlySpan<char> rest, char separator)
    {
        var part = Read(ref rest, separator, out var found);
        return found ? part : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{separator}' is missing in the text of a series.") { Field = "tags" };
    }

    /// <summary>What stands before a separator, none when that is negative, or the end; unescaped.</summary>
    public static string Read(ref ReadOnlySpan<char> rest, int separator, out bool found)
    {
        var part = new StringBuilder(rest.Length);
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == separator)
            {
                rest = rest[(i + 1)..];
                found = true;
                return part.ToString();
            }

            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
            }

            part.Append(rest[i]);
        }

        rest = default;
        found = false;
        return part.ToString();
    }

    public static void RequireBytes(string text)
    {
        try
        {
            if (Strict.GetByteCount(text) <= Limits.KeyBytesMax)
            {
                return;
            }
        }
        catch (EncoderFallbackException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A tag or field has a lone surrogate.") { Field = "tags" };
        }

        throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The tags and the field of a series have at most {Limits.KeyBytesMax} bytes.")
        {
            Field = "tags",
            Limit = Limits.KeyBytesMax,
        };
    }
}
