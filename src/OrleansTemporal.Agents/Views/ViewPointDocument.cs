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

    public static string KeyOf(long time, string series) => string.Concat(TextOf(time), " ", series);

    /// <summary>Reads a key that <see cref="KeyOf"/> has made; false for any other text.</summary>
    public static bool TryReadKey(string key, out long time, out string series)
    {
        (time, series) = (0, "");
        if (key.Length < TimeLength + 1 || key[TimeLength] != ' ' || !EventTime.TryParse(key.AsSpan(0, TimeLength), out var read) || TextOf(read.Nanoseconds) != key[..TimeLength])
        {
            return false;
        }

        (time, series) = (read.Nanoseconds, key[(TimeLength + 1)..]);
        return true;
    }

    /// <summary>What comes before the time in the documents of a series.</summary>
    public static byte[] HeadOf(string series)
    {
        var key = SeriesKey.Parse(series);
        var text = new StringBuilder("{\"field\":").Append(JsonSerializer.Serialize(key.Field)).Append(",\"tags\":{");
        foreach (var (index, (name, value)) in key.Tags.Pairs.Index())
        {
            text.Append(index == 0 ? "" : ",").Append(JsonSerializer.Serialize(name)).Append(':').Append(JsonSerializer.Serialize(value));
        }

        return Encoding.UTF8.GetBytes(text.Append("},\"time\":\"").ToString());
    }

    /// <summary>The canonical document.</summary>
    public static byte[] Of(byte[] head, long time, double value) => CanonicalJson.Canonicalize(
        [.. head, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{TextOf(time)}\",\"value\":{value:R}}}"))]);

    private static string TextOf(long time)
    {
        var text = new EventTime(time).ToString();
        return text.Length == TimeLength ? text
            : text[19] == '.' ? string.Concat(text.AsSpan(0, text.Length - 1), "000000".AsSpan(0, TimeLength - text.Length), "Z")
            : string.Concat(text.AsSpan(0, 19), ".000000000Z");
    }
}
