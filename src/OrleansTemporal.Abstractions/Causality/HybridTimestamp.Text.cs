using System.Diagnostics.CodeAnalysis;

namespace OrleansTemporal.Causality;

// Written by hand on bytes: every answer of the service carries several of these, and culture-aware formatting costs ten times as much.
public readonly partial record struct HybridTimestamp
{
    /// <summary>Length of the text up to the year 9999, in characters.</summary>
    public const int TextLength = 30;

    /// <summary>Longest text: later years are written with five digits after a plus sign.</summary>
    public const int TextLengthMax = 32;

    private const int ParseLengthMax = 64;
    private const long MillisecondsPerDay = 86_400_000;

    /// <summary>Reads an instant in RFC 3339, as <see cref="TryParse(string?, out HybridTimestamp)"/> does.</summary>
    /// <exception cref="OrleansTemporal.Errors.TemporalException">Invalid, <c>invalid_instant</c>.</exception>
    public static HybridTimestamp Parse(string text) => TryParse(text, out var value) ? value : throw Refuse();

    /// <summary>
    /// Reads an instant in RFC 3339 with <c>Z</c> or an offset and any number of fraction digits; false when it isn't one.
    /// Digits 4 to 9 are the counter, at most 65535, because an instant with finer digits means everything of its
    /// millisecond up to there; digits beyond are dropped. Before the Unix epoch it is <see cref="Zero"/>.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out HybridTimestamp value)
    {
        Span<byte> utf8 = stackalloc byte[ParseLengthMax];
        value = default;
        return AsciiText.TryNarrow(text, utf8, out var length) && TryParse(utf8[..length], out value);
    }

    /// <inheritdoc cref="TryParse(string?, out HybridTimestamp)"/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out HybridTimestamp value)
    {
        value = default;
        var rest = utf8;
        if (utf8.Length > ParseLengthMax
            || !TryReadDate(ref rest, out var days)
            || rest.Length < 10
            || (rest[0] | 0x20) != 't'
            || !TryReadTime(rest[1..9], out var seconds))
        {
            return false;
        }

        rest = rest[9..];
        if (!TryReadFraction(ref rest, out var nanoseconds) || !TryReadOffset(rest, out var offsetMinutes))
        {
            return false;
        }

        var (milliseconds, counter) = Math.DivRem(nanoseconds, 1_000_000);
        var total = (days * MillisecondsPerDay) + (seconds * 1000L) - (offsetMinutes * 60_000L) + milliseconds;
        value = total < 0 ? Zero
            : total > MillisecondsMax ? MaxValue
            : new(((ulong)total << CounterBits) | Math.Min((uint)counter, ushort.MaxValue));
        return true;
    }

    /// <summary>Writes the text as ASCII bytes; false when it doesn't fit. Allocates nothing.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        var (days, ofDay) = Math.DivRem(Milliseconds, MillisecondsPerDay);
        var (year, month, day) = ToDate(days);
        var yearDigits = year > 9999 ? 6 : 4;
        var length = TextLength - 4 + yearDigits;
        bytesWritten = 0;
        if (utf8Destination.Length < length)
        {
            return false;
        }

        if (year > 9999)
        {
            "+1"u8.CopyTo(utf8Destination);
        }

        WriteTwo(utf8Destination, yearDigits - 4, year / 100 % 100);
        WriteTwo(utf8Destination, yearDigits - 2, year % 100);

        var text = utf8Destination[yearDigits..length];
        "-00-00T00:00:00.000000000Z"u8.CopyTo(text);
        var milliseconds = (int)ofDay;
        var counter = (int)Counter;
        WriteTwo(text, 1, month);
        WriteTwo(text, 4, day);
        WriteTwo(text, 7, milliseconds / 3_600_000);
        WriteTwo(text, 10, milliseconds / 60_000 % 60);
        WriteTwo(text, 13, milliseconds / 1000 % 60);
        text[16] = (byte)('0' + (milliseconds / 100 % 10));
        WriteTwo(text, 17, milliseconds % 100);
        WriteTwo(text, 19, counter / 10_000);
        WriteTwo(text, 21, counter / 100 % 100);
        WriteTwo(text, 23, counter % 100);
        bytesWritten = length;
        return true;
    }

    /// <summary>Writes the text; false when it doesn't fit. Allocates nothing.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        Span<byte> utf8 = stackalloc byte[TextLengthMax];
        TryFormat(utf8, out var length);
        return AsciiText.TryWiden(utf8[..length], destination, out charsWritten);
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[TextLengthMax];
        TryFormat(text, out var length);
        return new string(text[..length]);
    }

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    // Days since 1970-01-01 to a Gregorian date, for days >= 0; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static (int Year, int Month, int Day) ToDate(long days)
    {
        var shifted = (int)days + 719_468;
        var era = shifted / 146_097;
        var ofEra = shifted - (era * 146_097);
        var yearOfEra = (ofEra - (ofEra / 1460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        var ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var fromMarch = ((5 * ofYear) + 2) / 153;
        var month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, ofYear - (((153 * fromMarch) + 2) / 5) + 1);
    }

    private static long ToDays(int year, int month, int day)
    {
        var shifted = month <= 2 ? year - 1 : year;
        var era = (shifted >= 0 ? shifted : shifted - 399) / 400;
        var yearOfEra = shifted - (era * 400);
        var ofYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        return (era * 146_097L) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + ofYear - 719_468;
    }

    private static bool TryReadDate(ref ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        var yearDigits = 4;
        if (text.Length > 0 && text[0] == '+')
        {
            yearDigits = 5;
            text = text[1..];
        }

        if (text.Length < yearDigits + 6
            || !TryReadDigits(text[..yearDigits], out var year)
            || text[yearDigits] != '-' || text[yearDigits + 3] != '-'
            || !TryReadDigits(text.Slice(yearDigits + 1, 2), out var month) || month is 0 or > 12
            || !TryReadDigits(text.Slice(yearDigits + 4, 2), out var day) || day < 1 || day > DaysIn(year, month))
        {
            return false;
        }

        days = ToDays(year, month, day);
        text = text[(yearDigits + 6)..];
        return true;
    }

    private static int DaysIn(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    private static bool TryReadTime(ReadOnlySpan<byte> text, out int seconds)
    {
        var valid = TryReadDigits(text[..2], out var hour) & TryReadDigits(text[3..5], out var minute) & TryReadDigits(text[6..8], out var second);
        seconds = (hour * 3600) + (minute * 60) + second;
        return valid && text[2] == ':' && text[5] == ':' && hour < 24 && minute < 60 && second < 60;
    }

    private static bool TryReadFraction(ref ReadOnlySpan<byte> text, out int nanoseconds)
    {
        nanoseconds = 0;
        if (text[0] != '.')
        {
            return true;
        }

        var scale = 100_000_000;
        var i = 1;
        for (; i < text.Length && char.IsAsciiDigit((char)text[i]); i++)
        {
            nanoseconds += (text[i] - '0') * scale;
            scale /= 10;
        }

        text = text[i..];
        return i > 1;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
        {
            return (text[0] | 0x20) == 'z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryReadDigits(text[1..3], out var hour) || !TryReadDigits(text[4..6], out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit((char)c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }

    private static void WriteTwo(Span<byte> destination, int at, int value)
    {
        destination[at + 1] = (byte)('0' + (value % 10));
        destination[at] = (byte)('0' + (value / 10));
    }
}
