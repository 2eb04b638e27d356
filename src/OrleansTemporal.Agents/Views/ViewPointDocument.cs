using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Views;

/// <summary>
/// A point as a document: <c>{"field":"usage","tags":{"host":"a"},"time":"2026-01-02T03:04:05.000000000Z","value":1.5}</c>. Its key is
/// the time, a space and the text of the series, so that keys are in the order of time.
/// </summary>
internal static class ViewPointDocument
{
    // All times have nine fraction digits here, so that their texts compare as they do.
    private const int TimeLength = 30;
    private const int NumberBytesMax = 32;
    private const int NanosecondsPerTick = 100;

    private static readonly SearchValues<byte> PlainCharacters = SearchValues.Create("-.0123456789"u8);

    public static string KeyOf(long time, string series)
    {
        Span<char> text = stackalloc char[TimeLength];
        WriteTime(time, text);
        return KeyOf(text, series);
    }

    /// <summary>Reads a key that <see cref="KeyOf(long, string)"/> has made; false for any other text.</summary>
    public static bool TryReadKey(string key, out long time, out string series)
    {
        (time, series) = (0, "");
        if (key.Length < TimeLength + 1 || key[TimeLength] != ' ' || !EventTime.TryParse(key.AsSpan(0, TimeLength), out var read) || !IsTextOf(read.Nanoseconds, key.AsSpan(0, TimeLength)))
        {
            return false;
        }

        (time, series) = (read.Nanoseconds, key[(TimeLength + 1)..]);
        return true;
    }

    /// <summary>What comes before the time in the documents of a series, canonical.</summary>
    public static byte[] HeadOf(string series)
    {
        var key = SeriesKey.Parse(series);
        var text = new StringBuilder("{\"field\":").Append(JsonSerializer.Serialize(key.Field)).Append(",\"tags\":{");
        foreach (var (index, (name, value)) in key.Tags.Pairs.Index())
        {
            text.Append(index == 0 ? "" : ",").Append(JsonSerializer.Serialize(name)).Append(':').Append(JsonSerializer.Serialize(value));
        }

        var canonical = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(text.Append("}}").ToString()));
        return [.. canonical.AsSpan(0, canonical.Length - 1), .. ",\"time\":\""u8];
    }

    /// <summary>The key of a point and its canonical document.</summary>
    /// <param name="head">What <see cref="HeadOf(string)"/> made for the series.</param>
    public static (string Key, byte[] Document) Of(byte[] head, string series, long time, double value)
    {
        Span<char> text = stackalloc char[TimeLength];
        WriteTime(time, text);
        Span<byte> digits = stackalloc byte[NumberBytesMax];
        var number = NumberOf(value, digits);
        var middle = "\",\"value\":"u8;
        var document = new byte[head.Length + TimeLength + middle.Length + number.Length + 1];
        head.CopyTo(document, 0);
        var rest = document.AsSpan(head.Length);
        Encoding.ASCII.GetBytes(text, rest);
        middle.CopyTo(rest[TimeLength..]);
        rest = rest[(TimeLength + middle.Length)..];
        number.CopyTo(rest);
        rest[number.Length] = (byte)'}';
        return (KeyOf(text, series), document);
    }

    private static string KeyOf(ReadOnlySpan<char> time, string series) => string.Concat(time, " ", series);

    // Without exponent the shortest digits are canonical as they are, but for a zero with a sign.
    private static ReadOnlySpan<byte> NumberOf(double value, Span<byte> digits)
    {
        value.TryFormat(digits, out var length, "R", CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> text = digits[..length];
        return value == 0 ? "0"u8 : text.ContainsAnyExcept(PlainCharacters) ? CanonicalJson.Canonicalize(text) : text;
    }

    private static bool IsTextOf(long time, ReadOnlySpan<char> text)
    {
        Span<char> own = stackalloc char[TimeLength];
        WriteTime(time, own);
        return own.SequenceEqual(text);
    }

    private static void WriteTime(long time, Span<char> text)
    {
        var ticks = Math.DivRem(time, NanosecondsPerTick, out var rest);
        if (rest < 0)
        {
            (ticks, rest) = (ticks - 1, rest + NanosecondsPerTick);
        }

        // Seven digits of the fraction, then the last two of nine in the place of the zone.
        new DateTime(DateTime.UnixEpoch.Ticks + ticks, DateTimeKind.Utc).TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
        (text[length - 1], text[length], text[length + 1]) = ((char)('0' + (rest / 10)), (char)('0' + (rest % 10)), 'Z');
    }
}
